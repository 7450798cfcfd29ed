/* SPDX-License-Identifier: Apache-2.0 */
/* What a hook starts with, and what it gives up: confine_start() and confine_drop(). */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptors.h"
#include "hooks/confine.h"

#define FIRST_DESCRIPTOR 3

#if defined(__SANITIZE_ADDRESS__)
#    define SANITIZED 1
#elif defined(__has_feature)
#    define SANITIZED __has_feature(address_sanitizer)
#else
#    define SANITIZED 0
#endif

static void close_by_number(void)
{
    struct rlimit limit;
    int end = 1024;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (1U << 20))
        end = (int)limit.rlim_cur;
    for (int fd = FIRST_DESCRIPTOR; fd < end; fd++)
        (void)close(fd);
}

static void reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number <= SIGSYS; number++)
        (void)signal(number, SIG_DFL);
    /* Nobody who reads what is told is no reason to stop half-way. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int confine_start(struct cdi_error *err)
{
    static char *nothing[] = {NULL};

    /* Not even /proc/PID/environ has it any more. */
    for (char **variable = environ; *variable; variable++)
        explicit_bzero(*variable, strlen(*variable));
    environ = nothing;
    (void)umask(022);
    reset_signals();
    if (!descriptors_fill_standard())
        return cdi_error_set_errno(err, errno, "cannot open /dev/null");
    if (syscall(SYS_close_range, FIRST_DESCRIPTOR, ~0U, 0) < 0)
        close_by_number();
    /* A leak checker has to trace the process. */
    if (!SANITIZED && prctl(PR_SET_DUMPABLE, 0) < 0)
        return cdi_error_set_errno(err, errno, "cannot keep other processes out of this one");
    return 0;
}

#define MOST_CAPABILITIES 64
#define KEPT_CAPABILITIES ((1U << CAP_DAC_OVERRIDE) | (1U << CAP_FOWNER))

static int drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    /* EPERM: without CAP_SETPCAP; then PR_SET_NO_NEW_PRIVS alone keeps execve(2) from giving any.
     */
    for (int cap = 0; cap < MOST_CAPABILITIES; cap++) {
        if (cap <= 31 && KEPT_CAPABILITIES & (1U << cap))
            continue;
        if (prctl(PR_CAPBSET_DROP, cap) < 0 && errno == EINVAL)
            break; /* the kernel has no more */
    }
    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
        data[i].permitted &= i == 0 ? KEPT_CAPABILITIES : 0;
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

#if defined(__x86_64__)
#    define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#    define FILTER_ARCH AUDIT_ARCH_AARCH64
#endif

/* The system calls of a hook that works on files, and those of the C library beneath it. */
/* clang-format off */
static const unsigned short allowed_calls[] = {
    SYS_openat, SYS_openat2, SYS_close, SYS_read, SYS_pread64, SYS_write, SYS_writev, SYS_lseek,
    SYS_fstat, SYS_newfstatat, SYS_statx, SYS_fstatfs, SYS_statfs, SYS_readlinkat, SYS_getdents64,
    SYS_mkdirat, SYS_symlinkat, SYS_linkat, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_fchmod,
    SYS_fchmodat, SYS_fcntl, SYS_fsync, SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect,
    SYS_madvise, SYS_futex, SYS_getrandom, SYS_sysinfo, SYS_prlimit64, SYS_getpid, SYS_gettid,
    SYS_tgkill, SYS_geteuid, SYS_getegid, SYS_exit, SYS_exit_group, SYS_rt_sigaction,
    SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_clock_gettime, CONFINE_FCHMODAT2,
#ifdef SYS_stat /* older calls, which the C library makes where they are */
    SYS_stat, SYS_lstat, SYS_readlink, SYS_unlink, SYS_rename,
#endif
};

/* What a static program needs beside them, from execveat(2) on. */
static const unsigned short program_calls[] = {
    SYS_execveat, SYS_set_tid_address, SYS_set_robust_list, SYS_uname, SYS_getuid, SYS_getgid,
    SYS_faccessat, SYS_fdatasync, SYS_getcwd, SYS_umask,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_stat
    SYS_arch_prctl, SYS_open, SYS_access, SYS_chmod, SYS_symlink, SYS_mkdir, SYS_time,
#endif
};
/* clang-format on */

#define N_CALLS      (ARRAY_SIZE(allowed_calls) + ARRAY_SIZE(program_calls))
#define BUCKET       8 /* calls that are compared one by one */
#define N_BUCKETS(n) (((n) + BUCKET - 1) / BUCKET)

/* All but the calls: the load of two values, a check, an answer for each bucket and a last one. */
#define FILTER_SIZE(n) ((n) + 2 * N_BUCKETS(n) + 3)

#define STATEMENT(code, value) ((struct sock_filter)BPF_STMT(code, value))
#define JUMP(how, value, yes, no)                                                       \
    ((struct sock_filter)BPF_JUMP(BPF_JMP | (how) | BPF_K, value, (unsigned char)(yes), \
                                  (unsigned char)(no)))

static int compare_calls(const void *a, const void *b)
{
    const unsigned short *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The calls that are allowed, in the order of their numbers. */
static size_t list_calls(bool for_program, unsigned short calls[static N_CALLS])
{
    size_t n = ARRAY_SIZE(allowed_calls);

    memcpy(calls, allowed_calls, sizeof allowed_calls);
    if (for_program) {
        memcpy(calls + n, program_calls, sizeof program_calls);
        n += ARRAY_SIZE(program_calls);
    }
    qsort(calls, n, sizeof *calls, compare_calls);
    return n;
}

#if defined(FILTER_ARCH)
/*
 * The kernel runs a filter for each call that there is when it is installed: hence buckets, which
 * halve the time of that.
 */
static size_t make_filter(const unsigned short *calls, size_t n_calls, struct sock_filter *filter)
{
    const size_t allow = FILTER_SIZE(n_calls) - 1;
    size_t n = 0;

    filter[n++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    filter[n] = JUMP(BPF_JEQ, FILTER_ARCH, 0, allow - 1 - (n + 1));
    n++;
    filter[n++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < n_calls; i += BUCKET) {
        size_t size = n_calls - i < BUCKET ? n_calls - i : BUCKET;

        if (i + size < n_calls)
            filter[n++] = JUMP(BPF_JGE, calls[i + size], size + 1, 0);
        for (size_t k = 0; k < size; k++, n++)
            filter[n] = JUMP(BPF_JEQ, calls[i + k], allow - (n + 1), 0);
        filter[n++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
    filter[n++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return n;
}
#endif

/* Installs the filter. A kernel without seccomp, or a build for another machine, goes without. */
static void filter_calls(bool for_program)
{
#if defined(FILTER_ARCH)
    struct sock_filter filter[FILTER_SIZE(N_CALLS)];
    unsigned short calls[N_CALLS];
    struct sock_fprog program = {.filter = filter};

    if (SANITIZED)
        return;
    program.len = (unsigned short)make_filter(calls, list_calls(for_program, calls), filter);
    (void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
#endif
}

static int drop(bool for_program, struct cdi_error *err)
{
    int r;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return cdi_error_set_errno(err, errno, "cannot give up the right to gain privileges");
    r = drop_capabilities();
    if (r < 0)
        return cdi_error_set_errno(err, -r, "cannot give up capabilities");
    filter_calls(for_program);
    return 0;
}

int confine_drop(struct cdi_error *err)
{
    return drop(false, err);
}

int confine_drop_for_program(struct cdi_error *err)
{
    return drop(true, err);
}
