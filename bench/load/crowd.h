/* All subscribers of a run, in one thread. */
#ifndef CROWD_H
#define CROWD_H

#include "client.h"

struct crowd {
    struct client *clients;
    int count;
    int epoll;
    uint64_t idle_ns; /* how long this thread had nothing to do */
    int gone;         /* those that were refused or cut off */
};

/* Make room for `count` clients. */
void crowd_make(struct crowd *crowd, int count);

/* Have all join, at most `parallel` at a time; false when some did not within `seconds`. Those
   of them that are refused have come to their end too. The first `stalled` read nothing once they
   have joined, and the kernel keeps little for them. */
int crowd_join(struct crowd *crowd, const struct plan *plan, int parallel, int stalled,
               double seconds);

/* Do what is due; wait up to `wait_ms` for it when nothing is. True when something came on the
   other file, which is not read here. */
int crowd_turn(struct crowd *crowd, int wait_ms);

/* Watch one more file, a clock or the input. */
void crowd_watch_too(struct crowd *crowd, int fd);

#endif
