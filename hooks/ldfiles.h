/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files in a container's /etc by which its loaders, and an ldconfig that is run in it later,
 * know the folders of the driver's libraries: drop-ins of ld.so.conf, which is made if it is
 * missing, and musl's /etc/ld-musl-ARCH.path. Their names and contents are fixed, so that a
 * container that is started again gets no others.
 */
#ifndef CDIKIT_HOOKS_LDFILES_H
#define CDIKIT_HOOKS_LDFILES_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#define LDFILES_CONF_DIR "/etc/ld.so.conf.d"
#define LDFILES_FOLDERS  LDFILES_CONF_DIR "/00-nvcr-cdikit.conf"
#define LDFILES_SYSTEM   LDFILES_CONF_DIR "/zz-nvcr-cdikit.conf"

struct ldconf;
struct ldmachine;
struct rootfs;
struct strbuf;

/* What they are made of. */
struct ldfiles {
    const struct ldmachine *machine;
    const char *const *folders; /* absolute, clean */
    size_t n_folders;
    bool debian; /* the container's distribution is Debian, or came from it */
};

/* True if the container's distribution is Debian, or came from it. */
bool ldfiles_is_debian(const struct rootfs *root);

/*
 * The folders that are news to a container's ld.so.conf, which is given as it was read, then the
 * directories in which its distribution's ldconfig looks anyway: the host's may look elsewhere. The
 * former are added to LDFILES_FOLDERS if there are any, the latter written to LDFILES_SYSTEM. On a
 * root with musl, both to its file also. Positive if ld.so.conf may say something else now. Errors:
 * IO, NOMEM.
 */
int ldfiles_write(const struct ldfiles *files, const struct rootfs *root, const struct ldconf *conf,
                  struct cdi_error *err) CDI_MUST_CHECK;

#define LDFILES_MUSL_SIZE 64

/*
 * 1 on a root with musl: the file in which its loader finds directories, in `path`, and what is to
 * be in it, added to `text`. 0 on another. Errors: IO.
 */
int ldfiles_musl(const struct ldfiles *files, const struct rootfs *root,
                 char path[static LDFILES_MUSL_SIZE], struct strbuf *text,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The container's /etc and LDFILES_CONF_DIR, O_PATH, made if they are missing. A directory that is
 * mounted into the container is EXDEV, unless it is in memory: others may use it. `path` is what
 * shall be written, for the message. Errors: IO.
 */
int ldfiles_open_etc(const struct rootfs *root, const char *path,
                     struct cdi_error *err) CDI_MUST_CHECK;
int ldfiles_open_conf_dir(const struct rootfs *root, const char *path,
                          struct cdi_error *err) CDI_MUST_CHECK;

/*
 * True if a file may not be written to, or not replaced because it is a mount itself: no reason
 * not to start the container.
 */
bool ldfiles_is_denial(const struct cdi_error *err) CDI_PURE;

/*
 * True for a folder that a container's loaders do not search yet: neither its ld.so.conf names it
 * nor is it one of the system's.
 */
bool ldfiles_is_news(const struct ldfiles *files, const struct ldconf *conf, const char *folder);

/*
 * True if ld.so.conf can name the directory: it has no escapes, and for ldconfig before glibc 2.37
 * a directory ends at a '=', which a type follows.
 */
bool ldfiles_can_name(const char *folder) CDI_PURE;

#endif
