/* A row of bytes that grows: what is to be sent, or what came and is not yet understood. */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *at;
    size_t length;
    size_t room;
};

/* Make sure that `more` bytes fit behind what is there. */
void bytes_reserve(struct bytes *row, size_t more);

void bytes_add(struct bytes *row, const void *data, size_t length);

void bytes_add_byte(struct bytes *row, unsigned value);

/* Two bytes, the more significant first, as MQTT and WebSocket have it. */
void bytes_add_16(struct bytes *row, size_t value);

/* Add text as printf makes it. */
__attribute__((format(printf, 2, 3))) void bytes_print(struct bytes *row, const char *format, ...);

/* Drop the first `length` bytes. */
void bytes_drop(struct bytes *row, size_t length);

void bytes_free(struct bytes *row);

#endif
