/* The relay's own protocol, docs/relay-protocol.md: how a device says who it is and what it wants. */
#ifndef RELAY_H
#define RELAY_H

#include "bytes.h"
#include "websocket.h"

/* A hello and a subscription, in one go. A device that takes long messages, so that a payload
   is one message here as it is one packet of MQTT. */
void relay_add_login(struct bytes *out, const char *device, const char *token, const char *filter);

/* The same in the headers of the handshake. */
void relay_add_headers(struct bytes *out, const char *device, const char *token);

/* Is this the message behind which only what is new comes? Complains of an error. */
int relay_is_joined(const struct ws_message *message);

#endif
