/* The one who publishes: MQTT over TCP, straight to the broker. */
#ifndef PUBLISHER_H
#define PUBLISHER_H

#include "bytes.h"

struct publisher {
    int fd;
    const char *topic; /* a %d in it counts from 0 to `topics` - 1 and begins again */
    int topics;
    size_t size; /* bytes of a payload */
    uint64_t sent;
    uint8_t *payload;
    struct bytes out;
};

/* Connect; exits when the broker refuses. */
void publisher_open(struct publisher *publisher, int port, const char *topic, int topics,
                    size_t size);

/* Publish `count` messages in one go, each with the time of this moment in it. */
void publisher_send(struct publisher *publisher, int count);

void publisher_close(struct publisher *publisher);

#endif
