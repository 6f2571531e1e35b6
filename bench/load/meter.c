#define _GNU_SOURCE
#include "meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time) != 0)
        return 0; /* the process has gone */
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t cpu_ns(pid_t pid)
{
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 ? read_clock(clock) : 0;
}

void servers_add(struct servers *servers, pid_t pid)
{
    if (servers->count == MOST_SERVERS) {
        fprintf(stderr, "at most %d servers\n", MOST_SERVERS);
        exit(1);
    }
    servers->pid[servers->count++] = pid;
}

void servers_begin(struct servers *servers)
{
    for (int i = 0; i < servers->count; i++)
        servers->before_ns[i] = cpu_ns(servers->pid[i]);
}

void servers_print(const struct servers *servers)
{
    printf("\"cpu\": {");
    for (int i = 0; i < servers->count; i++) {
        double seconds = (double)(cpu_ns(servers->pid[i]) - servers->before_ns[i]) / 1e9;
        printf("%s\"%d\": %.6f", i > 0 ? ", " : "", (int)servers->pid[i], seconds);
    }
    printf("}");
}

void samples_add(struct samples *samples, uint64_t value)
{
    if (samples->count == samples->room) {
        samples->room = samples->room ? 2 * samples->room : 4096;
        samples->at = realloc(samples->at, samples->room * sizeof *samples->at);
        if (samples->at == NULL) {
            fputs("there is no memory left\n", stderr);
            exit(1);
        }
    }
    samples->at[samples->count++] = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static int by_size(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

uint32_t samples_share(struct samples *samples, double share)
{
    if (samples->count == 0)
        return 0;
    qsort(samples->at, samples->count, sizeof *samples->at, by_size);
    size_t place = (size_t)(share * (double)samples->count);
    return samples->at[place < samples->count ? place : samples->count - 1];
}
