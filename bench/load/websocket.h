/* The client's side of WebSocket, RFC 6455: as much of it as a measure needs. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include "bytes.h"

enum { WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

struct ws_message {
    int opcode;
    const uint8_t *payload;
    size_t length;
};

/* The request to upgrade. Its key is always the same, so that a server may know the answer. */
#define WS_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define WS_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* Whoever has more headers to add ends them with an empty line, by ws_end_upgrade. */
void ws_add_upgrade(struct bytes *out);
void ws_end_upgrade(struct bytes *out);

/* Return the length of the answer to the upgrade, 0 while it is not complete. Its status is 101
   where the server agrees. */
size_t ws_answer_length(const struct bytes *in, int *status);

/* A message from a client: one frame, masked with zeros, which leaves the payload as it is. */
void ws_add_message(struct bytes *out, int opcode, const void *payload, size_t length);

/* A message from a server: one frame, not masked. */
void ws_add_server_head(struct bytes *out, int opcode, size_t length);

/* Read the message at the beginning of `at`; return the bytes it takes, 0 when some are missing.
   Whoever is measured here sends each message as one frame. */
size_t ws_read_message(const uint8_t *at, size_t length, struct ws_message *message);

#endif
