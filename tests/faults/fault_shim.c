// Put before the C library (LD_PRELOAD): every call that changes a file below one directory is counted, and the one that
// was asked for fails, or kills the process. Linux.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { COUNT = 0, KILL = -1, KILL_HALFWAY = -2 };  // else an errno

static char below[PATH_MAX];
static int fault, lasts, log_file;
static long place, seen;

// From now on: at the call of this number (from 1), and where `rest` is set at all later ones that need room.
void fault_arm(const char *directory, long at, int what, int rest, int log) {
    snprintf(below, sizeof below, "%s", directory);
    fault = what;
    lasts = rest;
    log_file = log;
    place = at;
    seen = 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_below(int directory, const char *path) {
    char whole[2 * PATH_MAX], base[PATH_MAX], link[64];
    if (!below[0]) return 0;
    if (path && path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else {
        if (directory == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
            ssize_t size = readlink(link, base, sizeof base - 1);
            if (size < 0) return 0;
            base[size] = 0;
        }
        snprintf(whole, sizeof whole, "%s%s%s", base, path ? "/" : "", path ? path : "");
    }
    size_t size = strlen(below);
    return !strncmp(whole, below, size) && (whole[size] == '/' || !whole[size]);
}

// Whether this call is to fail.
static int due(const char *call, int needs_room, int directory, const char *path) {
    int before = errno;
    if (!is_below(directory, path)) return errno = before, 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (log_file >= 0) {
        char line[PATH_MAX + 64];
        int size = snprintf(line, sizeof line, "%s\n", call);
        if (REAL(write)(log_file, line, (size_t)size) < 0) _exit(98);
    }
    errno = before;
    return fault != COUNT && (number == place || (lasts && needs_room && number > place));
}

static int fail(void) {
    if (fault < 0) {
        kill(getpid(), SIGKILL);
        pause();
    }
    errno = fault;
    return -1;
}

#define FAILING(type, name, parameters, arguments, needs_room, directory, path)         \
    type name parameters {                                                              \
        return due(#name, needs_room, directory, path) ? (type)fail() : REAL(name) arguments; \
    }

ssize_t write(int file, const void *data, size_t size) {
    if (!due("write", 1, file, NULL)) return REAL(write)(file, data, size);
    int first = lasts && seen == place;  // a disk that becomes full takes a part
    if ((fault == KILL_HALFWAY || first) && size > 1) {
        ssize_t written = REAL(write)(file, data, size / 2);
        if (first) return written;
    }
    return fail();
}

FAILING(ssize_t, pwrite, (int file, const void *data, size_t size, off_t offset), (file, data, size, offset), 1, file, NULL)
FAILING(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t offset), (file, data, size, offset), 1, file, NULL)
FAILING(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count), 1, file, NULL)
FAILING(ssize_t, sendfile, (int to, int from, off_t *offset, size_t size), (to, from, offset, size), 1, to, NULL)
FAILING(ssize_t, sendfile64, (int to, int from, off64_t *offset, size_t size), (to, from, offset, size), 1, to, NULL)
FAILING(ssize_t, copy_file_range, (int from, off64_t *at, int to, off64_t *where, size_t size, unsigned flags),
        (from, at, to, where, size, flags), 1, to, NULL)
FAILING(int, fsync, (int file), (file), 0, file, NULL)
FAILING(int, fdatasync, (int file), (file), 0, file, NULL)
FAILING(int, ftruncate, (int file, off_t size), (file, size), 0, file, NULL)
FAILING(int, ftruncate64, (int file, off64_t size), (file, size), 0, file, NULL)
FAILING(int, rename, (const char *from, const char *to), (from, to), 0, AT_FDCWD, to)
FAILING(int, renameat, (int one, const char *from, int two, const char *to), (one, from, two, to), 0, two, to)
FAILING(int, renameat2, (int one, const char *from, int two, const char *to, unsigned flags), (one, from, two, to, flags),
        0, two, to)
FAILING(int, link, (const char *from, const char *to), (from, to), 1, AT_FDCWD, to)
FAILING(int, symlink, (const char *from, const char *to), (from, to), 1, AT_FDCWD, to)
FAILING(int, unlink, (const char *path), (path), 0, AT_FDCWD, path)
FAILING(int, unlinkat, (int directory, const char *path, int flags), (directory, path, flags), 0, directory, path)
FAILING(int, rmdir, (const char *path), (path), 0, AT_FDCWD, path)
FAILING(int, mkdir, (const char *path, mode_t mode), (path, mode), 1, AT_FDCWD, path)
FAILING(int, mkdirat, (int directory, const char *path, mode_t mode), (directory, path, mode), 1, directory, path)
FAILING(int, chmod, (const char *path, mode_t mode), (path, mode), 0, AT_FDCWD, path)
FAILING(int, fchmod, (int file, mode_t mode), (file, mode), 0, file, NULL)
FAILING(int, fchmodat, (int directory, const char *path, mode_t mode, int flags), (directory, path, mode, flags), 0,
        directory, path)

#define OPENING(name)                                                        \
    int name(const char *path, int flags, ...) {                             \
        va_list rest;                                                        \
        va_start(rest, flags);                                               \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;            \
        va_end(rest);                                                        \
        if (flags & O_CREAT && due(#name, 1, AT_FDCWD, path)) return fail(); \
        return REAL(name)(path, flags, mode);                                \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                                      \
    int name(int directory, const char *path, int flags, ...) {               \
        va_list rest;                                                         \
        va_start(rest, flags);                                                \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;             \
        va_end(rest);                                                         \
        if (flags & O_CREAT && due(#name, 1, directory, path)) return fail(); \
        return REAL(name)(directory, path, flags, mode);                      \
    }
OPENING_AT(openat)
OPENING_AT(openat64)
