#include "mqtt.h"

#include <string.h>

/* The length of a packet: seven bits a byte, the highest bit says that more follow. */
static void add_length(struct bytes *out, size_t length)
{
    do {
        unsigned more = length >= 128 ? 0x80 : 0;
        bytes_add_byte(out, (unsigned)(length & 0x7f) | more);
        length >>= 7;
    } while (length > 0);
}

static void add_text(struct bytes *out, const char *text)
{
    bytes_add_16(out, strlen(text));
    bytes_add(out, text, strlen(text));
}

void mqtt_add_connect(struct bytes *out, const char *client_id)
{
    bytes_add_byte(out, 1 << 4);
    add_length(out, 10 + 2 + strlen(client_id));
    add_text(out, "MQTT");
    bytes_add_byte(out, 4);    /* 3.1.1 */
    bytes_add_byte(out, 0x02); /* a clean session */
    bytes_add_16(out, 0);      /* no keepalive */
    add_text(out, client_id);
}

void mqtt_add_subscribe(struct bytes *out, const char *filter)
{
    bytes_add_byte(out, 8 << 4 | 2);
    add_length(out, 2 + 2 + strlen(filter) + 1);
    bytes_add_16(out, 1); /* the number of this request */
    add_text(out, filter);
    bytes_add_byte(out, 0); /* QoS 0 */
}

void mqtt_add_publish(struct bytes *out, const char *topic, const void *payload, size_t length)
{
    bytes_add_byte(out, MQTT_PUBLISH << 4);
    add_length(out, 2 + strlen(topic) + length);
    add_text(out, topic);
    bytes_add(out, payload, length);
}

size_t mqtt_read_packet(const uint8_t *at, size_t length, struct mqtt_packet *packet)
{
    size_t rest = 0, head = 1;
    for (int shift = 0; shift < 28; shift += 7) {
        if (head >= length)
            return 0;
        rest |= (size_t)(at[head] & 0x7f) << shift;
        if (!(at[head++] & 0x80))
            break;
    }
    if (length - head < rest)
        return 0;
    *packet = (struct mqtt_packet){.type = at[0] >> 4, .payload = at + head, .length = rest};
    if (packet->type == MQTT_PUBLISH && rest >= 2) {
        size_t variable = 2 + ((size_t)at[head] << 8 | at[head + 1]);
        packet->topic = at + head + 2;
        packet->topic_length = variable - 2;
        if (at[0] & 0x06)
            variable += 2; /* the number of a message with QoS 1 or 2 */
        packet->payload += variable;
        packet->length -= variable;
    }
    return head + rest;
}
