/* Clocks, the CPU time of other processes, and what half of many numbers exceed. */
#ifndef METER_H
#define METER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MOST_SERVERS = 8 };

/* Nanoseconds of the monotonic clock. */
uint64_t now_ns(void);

/* The CPU time of a process with all its threads, also those that have ended. */
uint64_t cpu_ns(pid_t pid);

/* The processes that are measured, and what they had used before. */
struct servers {
    pid_t pid[MOST_SERVERS];
    uint64_t before_ns[MOST_SERVERS];
    int count;
};

void servers_add(struct servers *servers, pid_t pid);

void servers_begin(struct servers *servers);

/* Print `"cpu": {"PID": SECONDS, ...}`. */
void servers_print(const struct servers *servers);

/* Numbers, of which shares are told. */
struct samples {
    uint32_t *at;
    size_t count;
    size_t room;
};

void samples_add(struct samples *samples, uint64_t value);

/* The number that `share` (0 to 1) of them do not exceed; 0 when there are none. */
uint32_t samples_share(struct samples *samples, double share);

#endif
