#define _GNU_SOURCE
#include "publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "meter.h"
#include "mqtt.h"
#include "stamp.h"

enum { CONNACK_BYTES = 4, ACCEPTED = 0 };

void publisher_open(struct publisher *publisher, int port, const char *topic, int topics,
                    size_t size)
{
    char name[64];
    uint8_t answer[CONNACK_BYTES];
    *publisher = (struct publisher){.topic = topic, .topics = topics, .size = size};
    publisher->payload = malloc(size);
    publisher->fd = connect_to(port, 0, 0);
    snprintf(name, sizeof name, "load-publisher-%d", (int)getpid());
    mqtt_add_connect(&publisher->out, name);
    if (publisher->payload == NULL || !send_all(publisher->fd, &publisher->out) ||
        recv(publisher->fd, answer, sizeof answer, MSG_WAITALL) != CONNACK_BYTES ||
        answer[3] != ACCEPTED) {
        fputs("the broker lets no publisher in\n", stderr);
        exit(1);
    }
}

void publisher_send(struct publisher *publisher, int count)
{
    char topic[128];
    publisher->out.length = 0;
    for (int i = 0; i < count; i++) {
        int number = (int)(publisher->sent++ % (uint64_t)publisher->topics);
        snprintf(topic, sizeof topic, publisher->topic, number);
        stamp_write(publisher->payload, publisher->size, now_ns());
        mqtt_add_publish(&publisher->out, topic, publisher->payload, publisher->size);
    }
    if (!send_all(publisher->fd, &publisher->out)) {
        fputs("the broker has cut the publisher off\n", stderr);
        exit(1);
    }
}

void publisher_close(struct publisher *publisher)
{
    close(publisher->fd);
    free(publisher->payload);
    bytes_free(&publisher->out);
}
