#define _GNU_SOURCE
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EVENTS_A_TURN = 1024, STALLED_BYTES = 4096 };

void crowd_make(struct crowd *crowd, int count)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    *crowd = (struct crowd){.count = count, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    crowd->clients = calloc((size_t)count, sizeof *crowd->clients);
    if (crowd->clients == NULL || crowd->epoll < 0) {
        perror("crowd");
        exit(1);
    }
}

static void watch(struct crowd *crowd, struct client *client)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, client->fd, &event);
}

void crowd_watch_too(struct crowd *crowd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, fd, &event);
}

int crowd_turn(struct crowd *crowd, int wait_ms)
{
    int other = 0;
    struct epoll_event events[EVENTS_A_TURN];
    int ready = epoll_wait(crowd->epoll, events, EVENTS_A_TURN, 0);
    if (ready == 0 && wait_ms > 0) {
        uint64_t since = now_ns();
        ready = epoll_wait(crowd->epoll, events, EVENTS_A_TURN, wait_ms);
        crowd->idle_ns += now_ns() - since;
    }
    for (int i = 0; i < ready; i++) {
        struct client *client = events[i].data.ptr;
        if (client == NULL) {
            other = 1;
            continue;
        }
        client_read(client);
        crowd->gone += client->state == CLIENT_GONE; /* and its socket is no longer watched */
    }
    return other;
}

static int settled(const struct crowd *crowd, int from, int until)
{
    int number = 0;
    for (int i = from; i < until; i++)
        number += crowd->clients[i].state >= CLIENT_READY;
    return number;
}

int crowd_join(struct crowd *crowd, const struct plan *plan, int parallel, int stalled,
               double seconds)
{
    uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);
    int opened = 0, first = 0; /* all before `first` have come to their end */
    while (first < crowd->count && now_ns() < end) {
        int under_way = opened - first - settled(crowd, first, opened);
        while (opened < crowd->count && under_way < parallel) {
            client_open(&crowd->clients[opened], plan, opened, opened < stalled ? STALLED_BYTES : 0);
            watch(crowd, &crowd->clients[opened]);
            opened++;
            under_way++;
        }
        crowd_turn(crowd, 100);
        while (first < opened && crowd->clients[first].state >= CLIENT_READY)
            first++;
    }
    for (int i = 0; i < stalled; i++)
        epoll_ctl(crowd->epoll, EPOLL_CTL_DEL, crowd->clients[i].fd, NULL);
    return first == crowd->count;
}
