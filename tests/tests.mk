# SPDX-License-Identifier: Apache-2.0
# What the Makefile knows of the tests. Included by it.

$(B)/tests/unit/%.o: CDI_CFLAGS += $(CRITERION_CFLAGS) $(CJSON_CFLAGS) $(YAML_CFLAGS)

$(B)/libcmd.a: $(filter-out $(B)/cmd/main.o,$(CMD_OBJS))
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Vendors' libraries as tests want them. The loader finds one that is open already by its soname.
UNIT_STUBS := $(patsubst %.c,$(B)/%.so,$(wildcard tests/unit/stubs/*.c))

$(filter $(B)/tests/unit/stubs/dxcore%,$(UNIT_STUBS)): STUB_LDFLAGS := -Wl,-soname,libdxcore.so
$(B)/tests/unit/stubs/%.so: $(B)/tests/unit/stubs/%.o
	@$(call say,LINK    $@)
	$(Q)$(CC) $(CDI_LDFLAGS) $(LDFLAGS) $(STUB_LDFLAGS) -shared -o $@ $<

$(addprefix $(B)/tests/unit/test_,nvml sandboxutils dxcore cuda driver_facts guest): $(UNIT_STUBS)

$(B)/tests/unit/test_%: tests/unit/test_%.c $(UNIT_HELPERS) $(B)/libcmd.a $(B)/libprestart.a \
    $(B)/libruntime.a $(B)/libhooks.a $(B)/libdiagnose.a $(B)/libgenerate.a $(B)/libcdikit.a
	@mkdir -p $(@D); $(call say,LINK    $@)
	$(Q)$(CC) $(CDI_CFLAGS) $(CRITERION_CFLAGS) $(CJSON_CFLAGS) $(YAML_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d \
	    -DUNIT_STUBS='"$(abspath $(B)/tests/unit/stubs)"' \
	    $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $< $(filter %.o %.a,$^) \
	    $(CRITERION_LIBS) $(YAML_LIBS) $(CJSON_LIBS) $(PCI_LIBS)

$(B)/fakenode: $(FAKENODE_OBJS)
	@$(call say,LINK    $@)
	$(Q)$(CC) $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $^

# The driver's libraries of a simulated node, see tests/fakenode/README.md. Programs of any build
# load them, so they are built without sanitizers. Nobody declares their functions.
STUBS      := $(B)/fakenode-stubs
STUB_CFLAGS := $(filter-out -Wmissing-prototypes -fsanitize% -fno-sanitize% --coverage,$(CDI_CFLAGS))
stub_objects = $(patsubst %,$(STUBS)/%.o,$(1))
STUB_MODEL := $(call stub_objects,stubs/model desc vocabulary)
STUB_NVML  := $(patsubst %,$(STUBS)/libnvidia-ml.%.so,390 450 525 580)
STUB_LIBS  := $(STUB_NVML) $(patsubst %,$(STUBS)/%.so,libcuda libdxcore libnvidia-sandboxutils)

$(STUB_NVML): $(call stub_objects,stubs/nvml stubs/nvml_device)
$(filter-out %.390.so,$(STUB_NVML)): $(call stub_objects,stubs/nvml_mig)
$(filter %.525.so %.580.so,$(STUB_NVML)): $(call stub_objects,stubs/nvml_fabric)
$(filter %.580.so,$(STUB_NVML)): $(call stub_objects,stubs/nvml_addressing)
$(STUB_NVML): STUB_SONAME := libnvidia-ml.so.1
$(STUBS)/libcuda.so: $(call stub_objects,stubs/cuda)
$(STUBS)/libcuda.so: STUB_SONAME := libcuda.so.1
$(STUBS)/libdxcore.so: $(call stub_objects,stubs/dxcore)
$(STUBS)/libdxcore.so: STUB_SONAME := libdxcore.so
$(STUBS)/libnvidia-sandboxutils.so: $(call stub_objects,stubs/sandboxutils machine)
$(STUBS)/libnvidia-sandboxutils.so: STUB_SONAME := libnvidia-sandboxutils.so.1

$(STUB_LIBS): $(STUB_MODEL)
	@$(call say,LINK    $@)
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(STUB_SONAME) -Wl,--no-undefined -Wl,-s -o $@ $(sort $^)

$(STUBS)/%.o: tests/fakenode/%.c Makefile
	@mkdir -p $(@D); $(call say,CC      $<)
	$(Q)$(CC) $(STUB_CFLAGS) $(CFLAGS) $(CPPFLAGS) -fPIC -MMD -MP -c -o $@ $<

# What they answer, for selftest.sh.
$(STUBS)/ask: $(call stub_objects,stubs/ask)
	@$(call say,LINK    $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

-include $(wildcard $(STUBS)/*.d $(STUBS)/stubs/*.d)

$(B)/tests/fakenode/%.o: CDI_CFLAGS += -DFAKENODE_MACHINES_DIR='"$(abspath tests/fakenode/machines)"'

$(B)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D); $(call say,LINK    $@)
	$(Q)$(CC) $(CDI_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $<

# Memory of the parent at the time of vfork() counts as the child's: keep the runner small.
$(B)/tests/bench/bench: LDFLAGS += -static

.PHONY: unit
unit: $(UNIT_TESTS)

.PHONY: fakenode
fakenode: $(B)/fakenode $(STUB_LIBS) $(STUBS)/ask

# What attacks the hook program, and the program that stands none of it. Of no build's flags: the
# first are measured, and the other one is to fail by itself.
HOSTILE_PROGRAMS := $(addprefix $(B)/tests/hostile/,launch race sentinel probe naive)
HOSTILE_CFLAGS   := $(filter-out -fsanitize% -fno-sanitize% --coverage,$(CDI_CFLAGS))

$(B)/tests/hostile/launch: tests/hostile/launch.c tests/hostile/report.c tests/hostile/filter.c
$(B)/tests/hostile/race: tests/hostile/race.c tests/hostile/filter.c
$(B)/tests/hostile/sentinel: tests/hostile/sentinel.c
$(B)/tests/hostile/probe: tests/hostile/probe.c
$(B)/tests/hostile/naive: $(wildcard tests/hostile/naive*.c)
# Peak memory of what is started begins with that of what starts it.
$(addprefix $(B)/tests/hostile/,launch race sentinel probe): HOSTILE_LDFLAGS := -static
$(HOSTILE_PROGRAMS): Makefile $(wildcard tests/hostile/*.h)
	@mkdir -p $(@D); $(call say,LINK    $@)
	$(Q)$(CC) $(HOSTILE_CFLAGS) $(CFLAGS) $(LDFLAGS) $(HOSTILE_LDFLAGS) -o $@ $(filter %.c,$^)

.PHONY: hostile
hostile: $(HOSTILE_PROGRAMS)

# libFuzzer targets, one a parser; only clang has it.
FUZZ_PROGRAMS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

$(B)/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(B)/libprestart.a $(B)/libruntime.a $(B)/libhooks.a $(B)/libgenerate.a $(B)/libcdikit.a
	@mkdir -p $(@D); $(call say,LINK    $@)
	$(Q)clang $(CDI_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d -fsanitize=fuzzer $(CDI_LDFLAGS) $(LDFLAGS) \
	    -o $@ $< $(filter %.a,$^) $(YAML_LIBS) $(PCI_LIBS)

.PHONY: fuzz-programs fuzz
fuzz-programs: $(FUZZ_PROGRAMS)

fuzz:
	@packaging/build-deps check
	@$(MAKE) --no-print-directory -s V=fuzz fuzz-programs
	@tests/fuzz/run build/fuzz/tests/fuzz $(FUZZ_SECONDS)

# Lines of each file that the unit and command tests run.
.PHONY: coverage
coverage:
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" V=cov programs unit fakenode
	@tests/coverage build/cov

.PHONY: bench
bench:
	@packaging/build-deps demo
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all fakenode $(BENCH_PROGRAMS)
	@BUILD=$(B) tests/bench/run

OUR_SOURCES := $(call sources,base cdi generate apply diagnose runtime hooks hookless prestart cmd)

.PHONY: cppcheck clang-tidy
cppcheck:
	@cppcheck --quiet --std=c11 --language=c --enable=warning,portability,performance \
	    --inline-suppr --suppressions-list=tests/cppcheck.suppress --error-exitcode=1 \
	    -j"$$(nproc)" -Iinclude -I. -DCDIKIT_VERSION='""' -D__GNUC__ -D_GNU_SOURCE $(OUR_SOURCES)

# It counts what it hides on stderr; findings are on stdout. A function with many paths is looked at
# up to a limit lower than clang's: a third of the time, which is minutes.
TIDY_LIMIT := $(foreach word,-Xclang -analyzer-config -Xclang max-nodes=30000,--extra-arg=$(word))
clang-tidy:
	@mkdir -p build/tidy
	@printf '%s\n' $(patsubst -I%,-I$(CURDIR)/%,$(filter-out -Werror,$(CDI_CFLAGS))) $(YAML_CFLAGS) $(CJSON_CFLAGS) $(PCI_CFLAGS) \
	    >build/tidy/compile_flags.txt
	@printf '%s\n' $(OUR_SOURCES) | xargs -P"$$(nproc)" -n4 clang-tidy --quiet -p build/tidy $(TIDY_LIMIT) 2>/dev/null
