#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Container engines start their containers by cdikit-runtime, and these ask for devices by qualified
# names. Without arguments all engines of this machine; with one, that engine on the simulated node
# that this is started on.

# A tmpfs, on which containerd can stack its overlays; the rest of the node is an overlay already.
[ $# = 0 ] || export TMPDIR=/run
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
if [ $# = 0 ]; then
    # shellcheck source=tests/e2e/each-engine.bash
    . "$(dirname "$0")/each-engine.bash"
    each_engine "$0"
    finish
fi
for part in ../engines/cri ../engines/engines ../engines/nodes containers wrapped wrapped-tests; do
    # shellcheck source=/dev/null
    . "$(dirname "$0")/$part.bash"
done
start_engine "$1"
export ASK='NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=%s'
case $MACHINE in
'two L4')
    test_nothing_asked
    test_sees 'a variable' "$(ask 1)"
    test_sees 'a variable with a UUID' "$(ask GPU-95a25d28-31ff-5323-82e3-fa4555f6b73b)"
    if takes_annotations; then
        test_nothing_asked example.com/test=nothing
        test_sees 'an annotation' cdi.k8s.io/test=nvidia.com/gpu=1
        refused 'an annotation for no device' cdi.k8s.io/test=nvidia.com/gpu=99 \
            'unresolvable CDI devices.*nvidia\.com/gpu=99'
    fi
    test_status
    test_life
    test_killed
    refused 'a device that is not there' "$(ask 99)" 'unresolvable CDI devices.*nvidia\.com/gpu=99'
    refused 'a device beside one that is not there' "$(ask 1,nvidia.com/gpu=99)" \
        'unresolvable CDI devices.*nvidia\.com/gpu=99'
    # The defaults of a configuration that cannot be read begin with runc.
    [ "$ENGINE" = crun ] || test_broken_config
    [ "$ENGINE" != docker ] || test_docker_info
    ;;
*) test_use ;;
esac
finish
