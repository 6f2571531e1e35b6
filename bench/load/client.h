/* One subscriber: it connects, joins, and counts what it is sent. */
#ifndef CLIENT_H
#define CLIENT_H

#include "bytes.h"
#include "meter.h"

/* MQTT, MQTT within WebSocket, or the relay's own protocol (docs/relay-protocol.md). */
enum speech { SPEAK_MQTT, SPEAK_MQTT_WS, SPEAK_RELAY };

enum state {
    CLIENT_UPGRADING, /* waits for the answer to the WebSocket's upgrade */
    CLIENT_JOINING,   /* waits until its subscription is confirmed */
    CLIENT_READY,
    CLIENT_GONE, /* refused, cut off, or the connection broke */
};

/* What all clients of a run have in common. */
struct plan {
    enum speech speech;
    int port;
    int addresses; /* how many addresses of this machine they come from; 0 or 1: the usual one */
    const char *filter; /* what to subscribe to; a %d in it is the client's number */
    const char *device; /* relay: the client's name, with a %d for its number */
    const char *token;  /* relay */
    int in_headers;     /* relay: name and token stand in the handshake too */
    struct samples *late_us; /* where to note how long each message took; may be NULL */
};

struct client {
    int fd;
    int number;
    enum state state;
    const struct plan *plan;
    struct bytes in;     /* what came and is not yet a whole message */
    struct bytes packet; /* MQTT within WebSocket: what is not yet a whole packet */
    uint64_t asked_ns;
    uint64_t ready_ns;
    uint64_t received; /* messages with a stamp */
    int why;           /* the code with which the server ended it, 0 when it did not say */
};

/* Connect and ask for the upgrade, or for the subscription where there is none. The kernel's
   buffer for what is not yet read gets `buffer_bytes`, 0 for the usual. Exits when it cannot. */
void client_open(struct client *client, const struct plan *plan, int number, int buffer_bytes);

/* Take what has come, and answer it. */
void client_read(struct client *client);

void client_close(struct client *client);

/* Send all of it, also when that means waiting; false when the connection broke. */
int send_all(int fd, const struct bytes *out);

/* Connect to a port of this machine, from its address 127.0.X.Y where `address` is X * 250 + Y,
   and from the usual one where that is 0; exits when it cannot. */
int connect_to(int port, int address, int buffer_bytes);

enum speech speech_named(const char *name);

#endif
