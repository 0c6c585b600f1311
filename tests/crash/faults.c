/* Preloaded: counts the calls that change files (or read them) under given folders, and at the Nth strikes.
 *
 * It is told by the environment (FAULTS_*, below) when the process starts, or later by `faults_arm`. Before that it
 * lets everything pass. Calls made by other libraries (SQLite, Python, Rust's standard library) come through here as
 * long as they go through the C library's dynamic symbols.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* OPEN: for writing, a file that exists. CREATE: a file that does not. MARK: a line of the log, no call. */
enum kind { WRITE, TRUNCATE, SYNC, RENAME, UNLINK, OPEN, CREATE, MKDIR, READ, MARK, KINDS };
enum mode { PASS, KILL, TEAR, FAIL };
enum verdict { GO, REFUSE, HALF, HALF_AND_DIE };

static char roots[4096];      /* folders, a line each */
static enum mode mode;
static unsigned kinds;        /* a bit for each kind that counts */
static long at;               /* strike at this call, from 1 */
static long until;            /* FAIL: and at all up to this one */
static int error;
static int log_fd = -1;
static long calls;
static long counts[KINDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static int is_watched(const char *path) {
    for (const char *root = roots; *root;) {
        const char *end = strchrnul(root, '\n');
        size_t length = end - root;
        if (strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0 || path[length] == '-'))
            return 1;
        root = *end ? end + 1 : end;
    }
    return 0;
}

static int path_at(int folder, const char *name, char *path) {
    char link[64];
    if (name && name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return 1;
    }
    if (folder == AT_FDCWD) {
        if (!getcwd(path, PATH_MAX)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, path, PATH_MAX - 1);
        if (length <= 0) return 0;
        path[length] = 0;
    }
    if (name) {
        size_t length = strlen(path);
        snprintf(path + length, PATH_MAX - length, "/%s", name);
    }
    return 1;
}

static int is_idle(void) { return !roots[0]; }

static int watched_file(int fd, char *path) {
    int saved = errno;
    int found = !is_idle() && fd != log_fd && path_at(fd, NULL, path) && is_watched(path);
    errno = saved;
    return found;
}

static int watched_path(int folder, const char *name, char *path) {
    int saved = errno;
    int found = !is_idle() && name && path_at(folder, name, path) && is_watched(path);
    errno = saved;
    return found;
}

static enum verdict strike(enum kind kind) {
    __atomic_add_fetch(&counts[kind], 1, __ATOMIC_SEQ_CST);
    if (!(kinds >> kind & 1)) return GO;
    long call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (mode == PASS || call < at) return GO;
    if (mode == KILL) die();
    if (mode == TEAR) {
        if (kind == WRITE) return HALF_AND_DIE;
        die();
    }
    if (call > until) return GO;
    errno = error;
    /* A disk that fills takes a part of the write that it has no room for. */
    return error == ENOSPC && kind == WRITE && call == at ? HALF : REFUSE;
}

/* The log: a header, the path, the path that it is renamed to, the bytes. Power cuts are made from it. */
struct entry { uint32_t kind, path, other, unused; int64_t offset, size; };

static void put(const void *data, size_t size) {
    while (size) {
        ssize_t done = REAL(write)(log_fd, data, size);
        if (done <= 0) die();
        data = (const char *)data + done;
        size -= done;
    }
}

static void note(enum kind kind, const char *path, const char *other, int64_t offset, const void *data, int64_t size) {
    if (log_fd < 0) return;
    int saved = errno;
    struct entry entry = {kind, strlen(path), other ? strlen(other) : 0, 0, offset, size};
    put(&entry, sizeof entry);
    put(path, entry.path);
    if (other) put(other, entry.other);
    if (data) put(data, size);
    errno = saved;
}

/* With a log, call and entry are one step, so that the log has the order in which things happened. */
static void begin(void) { if (log_fd >= 0) pthread_mutex_lock(&lock); }
static void end(void) { if (log_fd >= 0) pthread_mutex_unlock(&lock); }

void faults_arm(const char *folders, int mode_, unsigned kinds_, long at_, long until_, int error_, const char *log) {
    roots[0] = 0;
    memset(counts, 0, sizeof counts);
    calls = 0;
    mode = mode_;
    kinds = kinds_;
    at = at_;
    until = until_;
    error = error_;
    log_fd = log && *log ? REAL(open64)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    snprintf(roots, sizeof roots, "%s", folders);
}

long faults_count(int kind) { return counts[kind]; }

void faults_mark(const char *text) {
    begin();
    note(MARK, text, NULL, 0, NULL, 0);
    end();
}

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

__attribute__((constructor)) static void from_environment(void) {
    const char *folders = getenv("FAULTS_FOLDERS");
    if (folders)
        faults_arm(folders, number("FAULTS_MODE", PASS), number("FAULTS_KINDS", 0), number("FAULTS_AT", 1),
                   number("FAULTS_UNTIL", LONG_MAX), number("FAULTS_ERRNO", EIO), getenv("FAULTS_LOG"));
}

static ssize_t write_all(int fd, const void *data, size_t size, off64_t offset, int has_offset) {
    char path[PATH_MAX];
    if (!watched_file(fd, path))
        return has_offset ? REAL(pwrite64)(fd, data, size, offset) : REAL(write)(fd, data, size);
    begin();
    enum verdict verdict = strike(WRITE);
    ssize_t done = -1;
    if (verdict != REFUSE) {
        if (verdict != GO) size = size > 1 ? size / 2 : size;
        if (!has_offset) {
            struct stat64 found;
            offset = fcntl(fd, F_GETFL) & O_APPEND && fstat64(fd, &found) == 0 ? found.st_size : lseek64(fd, 0, SEEK_CUR);
        }
        done = has_offset ? REAL(pwrite64)(fd, data, size, offset) : REAL(write)(fd, data, size);
        if (verdict == HALF_AND_DIE) die();
        if (done > 0) note(WRITE, path, NULL, offset, data, done);
    }
    end();
    return done;
}

ssize_t write(int fd, const void *data, size_t size) { return write_all(fd, data, size, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return write_all(fd, data, size, offset, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return write_all(fd, data, size, offset, 1); }

/* A short write is allowed: the first part that is not empty is written, the caller comes again for the others. */
static ssize_t write_first(int fd, const struct iovec *parts, int count, off64_t offset, int has_offset) {
    for (int part = 0; part < count; part++)
        if (parts[part].iov_len) return write_all(fd, parts[part].iov_base, parts[part].iov_len, offset, has_offset);
    return 0;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    return watched_file(fd, path) ? write_first(fd, parts, count, 0, 0) : REAL(writev)(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    char path[PATH_MAX];
    return watched_file(fd, path) ? write_first(fd, parts, count, offset, 1) : REAL(pwritev)(fd, parts, count, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    char path[PATH_MAX];
    return watched_file(fd, path) ? write_first(fd, parts, count, offset, 1)
                                  : REAL(pwritev64)(fd, parts, count, offset);
}

#define READING(fd, call)                                                \
    char path[PATH_MAX];                                                 \
    if (watched_file(fd, path) && strike(READ) != GO) return -1;         \
    return call

ssize_t read(int fd, void *data, size_t size) { READING(fd, REAL(read)(fd, data, size)); }
ssize_t pread(int fd, void *data, size_t size, off_t offset) { READING(fd, REAL(pread)(fd, data, size, offset)); }
ssize_t pread64(int fd, void *data, size_t size, off64_t offset) { READING(fd, REAL(pread64)(fd, data, size, offset)); }

#define CHANGE(kind, watched, offset, other, call) \
    if (!(watched)) return call;                   \
    begin();                                       \
    int done = -1;                                 \
    if (strike(kind) == GO) {                      \
        done = call;                               \
        if (done == 0) note(kind, path, other, offset, NULL, 0); \
    }                                              \
    end();                                         \
    return done

#define ON_FILE(kind, offset, call) char path[PATH_MAX]; CHANGE(kind, watched_file(fd, path), offset, NULL, call)
#define ON_PATH(kind, folder, name, call) \
    char path[PATH_MAX]; CHANGE(kind, watched_path(folder, name, path), 0, NULL, call)

int ftruncate(int fd, off_t size) { ON_FILE(TRUNCATE, size, REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { ON_FILE(TRUNCATE, size, REAL(ftruncate64)(fd, size)); }
int fsync(int fd) { ON_FILE(SYNC, 0, REAL(fsync)(fd)); }
int fdatasync(int fd) { ON_FILE(SYNC, 0, REAL(fdatasync)(fd)); }

int truncate(const char *name, off_t size) {
    char path[PATH_MAX];
    CHANGE(TRUNCATE, watched_path(AT_FDCWD, name, path), size, NULL, REAL(truncate)(name, size));
}

int truncate64(const char *name, off64_t size) {
    char path[PATH_MAX];
    CHANGE(TRUNCATE, watched_path(AT_FDCWD, name, path), size, NULL, REAL(truncate64)(name, size));
}

int unlink(const char *name) { ON_PATH(UNLINK, AT_FDCWD, name, REAL(unlink)(name)); }
int unlinkat(int folder, const char *name, int flags) { ON_PATH(UNLINK, folder, name, REAL(unlinkat)(folder, name, flags)); }
int rmdir(const char *name) { ON_PATH(UNLINK, AT_FDCWD, name, REAL(rmdir)(name)); }
int mkdir(const char *name, mode_t access) { ON_PATH(MKDIR, AT_FDCWD, name, REAL(mkdir)(name, access)); }
int mkdirat(int folder, const char *name, mode_t access) { ON_PATH(MKDIR, folder, name, REAL(mkdirat)(folder, name, access)); }

static int rename_at(int folder, const char *name, int other_folder, const char *other_name) {
    char path[PATH_MAX], other[PATH_MAX];
    CHANGE(RENAME, watched_path(folder, name, path) && path_at(other_folder, other_name, other), 0, other,
           REAL(renameat)(folder, name, other_folder, other_name));
}

int rename(const char *name, const char *other) { return rename_at(AT_FDCWD, name, AT_FDCWD, other); }
int renameat(int folder, const char *name, int other_folder, const char *other) {
    return rename_at(folder, name, other_folder, other);
}

static int open_at(int folder, const char *name, int flags, mode_t access) {
    char path[PATH_MAX];
    if ((flags & (O_ACCMODE | O_CREAT)) == O_RDONLY || !watched_path(folder, name, path))
        return REAL(openat64)(folder, name, flags, access);
    begin();
    int saved = errno;
    int exists = faccessat(folder, name, F_OK, 0) == 0;
    errno = saved;
    int fd = -1;
    if (strike(exists ? OPEN : CREATE) == GO) {
        fd = REAL(openat64)(folder, name, flags, access);
        if (fd >= 0 && !exists) note(CREATE, path, NULL, 0, NULL, 0);
        if (fd >= 0 && exists && flags & O_TRUNC) note(TRUNCATE, path, NULL, 0, NULL, 0);
    }
    end();
    return fd;
}

#define ACCESS                                              \
    mode_t access = 0;                                      \
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { \
        va_list rest;                                       \
        va_start(rest, flags);                              \
        access = va_arg(rest, mode_t);                      \
        va_end(rest);                                       \
    }

int open(const char *name, int flags, ...) { ACCESS return open_at(AT_FDCWD, name, flags, access); }
int open64(const char *name, int flags, ...) { ACCESS return open_at(AT_FDCWD, name, flags | O_LARGEFILE, access); }
int openat(int folder, const char *name, int flags, ...) { ACCESS return open_at(folder, name, flags, access); }
int openat64(int folder, const char *name, int flags, ...) { ACCESS return open_at(folder, name, flags | O_LARGEFILE, access); }
