#define _GNU_SOURCE
#include "websocket.h"

#include <stdio.h>
#include <string.h>

static void add_head(struct bytes *out, int opcode, size_t length, unsigned mask)
{
    bytes_add_byte(out, 0x80u | (unsigned)opcode); /* the only frame of its message */
    if (length < 126) {
        bytes_add_byte(out, mask | (unsigned)length);
    } else if (length < 65536) {
        bytes_add_byte(out, mask | 126);
        bytes_add_16(out, length);
    } else {
        bytes_add_byte(out, mask | 127);
        for (int shift = 48; shift >= 0; shift -= 16)
            bytes_add_16(out, length >> shift & 0xffff);
    }
}

void ws_add_upgrade(struct bytes *out)
{
    bytes_print(out,
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Key: " WS_KEY "\r\n"
                "Sec-WebSocket-Version: 13\r\n");
}

void ws_end_upgrade(struct bytes *out)
{
    bytes_print(out, "\r\n");
}

size_t ws_answer_length(const struct bytes *in, int *status)
{
    const uint8_t *end = in->length > 0 ? memmem(in->at, in->length, "\r\n\r\n", 4) : NULL;
    if (end == NULL)
        return 0;
    if (sscanf((const char *)in->at, "HTTP/1.1 %d", status) != 1)
        *status = 0;
    return (size_t)(end - in->at) + 4;
}

void ws_add_message(struct bytes *out, int opcode, const void *payload, size_t length)
{
    add_head(out, opcode, length, 0x80);
    bytes_add(out, "\0\0\0\0", 4);
    bytes_add(out, payload, length);
}

void ws_add_server_head(struct bytes *out, int opcode, size_t length)
{
    add_head(out, opcode, length, 0);
}

size_t ws_read_message(const uint8_t *at, size_t length, struct ws_message *message)
{
    if (length < 2)
        return 0;
    size_t head = 2;
    uint64_t size = at[1] & 0x7f;
    if (size >= 126) {
        head += size == 126 ? 2 : 8;
        if (length < head)
            return 0;
        size = 0;
        for (size_t i = 2; i < head; i++)
            size = size << 8 | at[i];
    }
    if (size > length - head)
        return 0;
    *message = (struct ws_message){at[0] & 0x0f, at + head, (size_t)size};
    return head + (size_t)size;
}
