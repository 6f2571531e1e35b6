/* MQTT 3.1.1 with QoS 0: as much of it as a measure needs. */
#ifndef MQTT_H
#define MQTT_H

#include "bytes.h"

enum { MQTT_CONNACK = 2, MQTT_PUBLISH = 3, MQTT_SUBACK = 9 };

struct mqtt_packet {
    int type;
    const uint8_t *topic; /* of a PUBLISH */
    size_t topic_length;
    const uint8_t *payload; /* of a PUBLISH; all behind the head of any other */
    size_t length;
};

void mqtt_add_connect(struct bytes *out, const char *client_id);

void mqtt_add_subscribe(struct bytes *out, const char *filter);

void mqtt_add_publish(struct bytes *out, const char *topic, const void *payload, size_t length);

/* Read the packet at the beginning of `at`; return the bytes it takes, 0 when some are missing. */
size_t mqtt_read_packet(const uint8_t *at, size_t length, struct mqtt_packet *packet);

#endif
