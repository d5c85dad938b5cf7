/*
 * os - what differs between POSIX systems.
 *
 * os.c has a form for Linux and a portable one, which is also compiled on Linux
 * with -DOS_PORTABLE, as `make asan` does to test it.  Nothing else in the
 * project depends on the system.
 */
#ifndef BASE_OS_H
#define BASE_OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/* A pipe, both of whose ends are closed by exec.  0, or -1 with errno set. */
int os_pipe(int ends[2]);

/* A clock that is never set back, for durations. */
uint64_t os_now_ms(void);
uint64_t os_now_ns(void);

/* Bytes that a TCP connection has received so far, whether they were read or
 * not; 0 where the system does not tell. */
uint64_t os_received(int fd);

/* When the content of a file last changed. */
struct timespec os_mtime(const struct stat *st);

/*
 * A descriptor, which never blocks, that has something to read after a file was
 * created, renamed, written or deleted in one of the folders that it watches;
 * or -1 where the system has none.  What is read has no meaning.
 */
int os_watch(void);
/* 0, or -1 with errno set. */
int os_watch_folder(int fd, const char *folder);

/*
 * A new file without a name in an open folder, for writing: its descriptor; or
 * -1 where the system or the file system has no such files.  It disappears
 * unless os_link_unnamed() gives it a name that is free: 0, or -1 with errno
 * set.
 */
int os_open_unnamed(int folder, mode_t mode);
int os_link_unnamed(int fd, int folder, const char *name);

/* A descriptor of a folder, for functions that end in `at`; on Linux also of
 * one that may be entered and not listed.  -1 with errno set. */
int os_open_folder(const char *path);

/* Rename a file within a folder, unless the new name is taken. */
int os_rename_new(int folder, const char *from, const char *to);

/* Exchange what two names of a folder stand for, in one step.  -1 with errno
 * set, where the system or the file system cannot. */
int os_exchange(int folder, const char *a, const char *b);

/*
 * Keep other programs from opening a file, which is open for reading here, for
 * writing: for a moment they wait.  0, or -1: with EAGAIN if one has it open so
 * now, else the system cannot.  Does one of them wait?
 */
int os_hold(int fd);
bool os_is_wanted(int fd);
void os_let_go(int fd);

/* Give an open file the access control list of another, if that has one: 0, or
 * -1 if it has one that cannot be had. */
int os_copy_acl(const char *from, int to);

/* How many threads of the process can run at a time: cores that it may use, and
 * where its cgroup has less, as much time as of so many.  At least 1. */
unsigned os_cores(void);

/* Start n threads for work of any kind: their stacks are as large as that of a
 * main thread, which not all systems do, and they receive no signals.  Returns
 * how many there are, which is fewer where the system gives no more. */
unsigned os_threads(pthread_t *threads, unsigned n, void *(*work)(void *ctx),
		    void *ctx);

/* For a process that does the same work over and over, in as many threads at a
 * time: freed memory is kept for the next time, up to 16 MiB for each, and
 * not asked of the system again. */
void os_keep_memory(unsigned threads);

/* For a process whose threads often wake each other: from now on a thread that
 * wakes up waits until another has had its share of the core, some milliseconds
 * at most, instead of interrupting it.  For this thread and those that it
 * starts; where a core is free, nothing changes. */
void os_interrupt_less(void);

/*
 * For a program that has one child at a time: os_adopt_orphans() before it is
 * started, then os_kill_children() kills and reaps it with all that it has
 * started, whatever their process groups.  The portable form kills only the
 * child.
 */
void os_adopt_orphans(void);
void os_kill_children(pid_t child);

#endif
