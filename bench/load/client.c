#define _GNU_SOURCE
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mqtt.h"
#include "relay.h"
#include "stamp.h"
#include "websocket.h"

enum { READ_BYTES = 1 << 18 };

enum speech speech_named(const char *name)
{
    if (strcmp(name, "mqtt") == 0)
        return SPEAK_MQTT;
    if (strcmp(name, "mqtt-ws") == 0)
        return SPEAK_MQTT_WS;
    if (strcmp(name, "relay") == 0)
        return SPEAK_RELAY;
    fprintf(stderr, "nobody here speaks '%s': mqtt, mqtt-ws or relay\n", name);
    exit(1);
}

int connect_to(int port, int number, int buffer_bytes)
{
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (number > 0) {
        struct sockaddr_in own = {.sin_family = AF_INET};
        own.sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)(number / 250 << 8 | number % 250));
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
        if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0)
            perror("bind");
    }
    if (buffer_bytes > 0) /* before the connection is made, which settles its window */
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "cannot connect to port %d: %s\n", port, strerror(errno));
        exit(1);
    }
    return fd;
}

int send_all(int fd, const struct bytes *out)
{
    size_t sent = 0;
    while (sent < out->length) {
        ssize_t taken = send(fd, out->at + sent, out->length - sent, MSG_NOSIGNAL);
        if (taken < 0 && errno != EINTR)
            return 0;
        sent += taken > 0 ? (size_t)taken : 0;
    }
    return 1;
}

static void say(struct client *client, struct bytes *out)
{
    if (!send_all(client->fd, out))
        client_close(client);
    bytes_free(out);
}

/* Ask for the subscription; both protocols allow it before the greeting is answered. */
static void join(struct client *client)
{
    const struct plan *plan = client->plan;
    char filter[128], name[128];
    struct bytes out = {0}, login = {0};
    snprintf(filter, sizeof filter, plan->filter, client->number);
    if (plan->speech == SPEAK_RELAY) {
        snprintf(name, sizeof name, plan->device, client->number);
        relay_add_login(&out, name, plan->token, filter);
    } else {
        snprintf(name, sizeof name, "load-%d-%d", (int)getpid(), client->number);
        mqtt_add_connect(&login, name);
        mqtt_add_subscribe(&login, filter);
        if (plan->speech == SPEAK_MQTT_WS)
            ws_add_message(&out, WS_BINARY, login.at, login.length);
        else
            bytes_add(&out, login.at, login.length);
    }
    bytes_free(&login);
    client->state = CLIENT_JOINING;
    say(client, &out);
}

void client_open(struct client *client, const struct plan *plan, int number, int buffer_bytes)
{
    *client = (struct client){.plan = plan, .number = number, .asked_ns = now_ns()};
    int address = plan->addresses > 1 ? number % plan->addresses : 0;
    client->fd = connect_to(plan->port, address, buffer_bytes);
    if (plan->speech == SPEAK_MQTT) {
        join(client);
        return;
    }
    struct bytes out = {0};
    char name[128];
    snprintf(name, sizeof name, plan->device, number);
    ws_add_upgrade(&out);
    if (plan->speech == SPEAK_MQTT_WS)
        bytes_print(&out, "Sec-WebSocket-Protocol: mqtt\r\n");
    else if (plan->in_headers)
        relay_add_headers(&out, name, plan->token);
    ws_end_upgrade(&out);
    say(client, &out);
}

void client_close(struct client *client)
{
    if (client->state == CLIENT_GONE)
        return;
    close(client->fd);
    client->state = CLIENT_GONE;
    bytes_free(&client->in);
    bytes_free(&client->packet);
}

static void is_ready(struct client *client)
{
    client->state = CLIENT_READY;
    client->ready_ns = now_ns();
}

static void count(struct client *client, const uint8_t *message, size_t length)
{
    uint64_t sent_ns;
    if (!stamp_read(message, length, &sent_ns))
        return;
    client->received++;
    if (client->plan->late_us != NULL)
        samples_add(client->plan->late_us, (now_ns() - sent_ns) / 1000);
}

/* Return how much of it was whole packets. */
static size_t hear_mqtt(struct client *client, const uint8_t *at, size_t length)
{
    struct mqtt_packet packet;
    size_t used = 0, taken;
    while ((taken = mqtt_read_packet(at + used, length - used, &packet)) > 0) {
        used += taken;
        if (packet.type == MQTT_PUBLISH)
            count(client, packet.payload, packet.length);
        else if (packet.type == MQTT_SUBACK)
            is_ready(client);
    }
    return used;
}

/* A packet may go on in the next message. */
static void hear_mqtt_in_message(struct client *client, const struct ws_message *message)
{
    struct bytes *packet = &client->packet;
    if (packet->length == 0) {
        size_t used = hear_mqtt(client, message->payload, message->length);
        bytes_add(packet, message->payload + used, message->length - used);
        return;
    }
    bytes_add(packet, message->payload, message->length);
    bytes_drop(packet, hear_mqtt(client, packet->at, packet->length));
}

static void hear_message(struct client *client, const struct ws_message *message)
{
    struct bytes out = {0};
    switch (message->opcode) {
    case WS_PING:
        ws_add_message(&out, WS_PONG, message->payload, message->length);
        say(client, &out);
        return;
    case WS_CLOSE:
        if (message->length >= 2)
            client->why = message->payload[0] << 8 | message->payload[1];
        client_close(client);
        return;
    case WS_PONG:
        return;
    }
    if (client->plan->speech == SPEAK_MQTT_WS)
        hear_mqtt_in_message(client, message);
    else if (client->state == CLIENT_READY)
        count(client, message->payload, message->length);
    else if (relay_is_joined(message))
        is_ready(client);
}

/* Return how much of what came is understood. */
static size_t hear(struct client *client)
{
    struct bytes *in = &client->in;
    size_t used = 0, taken;
    if (client->plan->speech == SPEAK_MQTT)
        return hear_mqtt(client, in->at, in->length);
    if (client->state == CLIENT_UPGRADING) {
        int status = 0;
        used = ws_answer_length(in, &status);
        if (used == 0)
            return 0;
        if (status == 101) {
            join(client);
        } else {
            client->why = status;
            client_close(client);
        }
    }
    struct ws_message message;
    while (client->state != CLIENT_GONE &&
           (taken = ws_read_message(in->at + used, in->length - used, &message)) > 0) {
        used += taken;
        hear_message(client, &message);
    }
    return used;
}

void client_read(struct client *client)
{
    if (client->state == CLIENT_GONE)
        return;
    bytes_reserve(&client->in, READ_BYTES);
    ssize_t came = recv(client->fd, client->in.at + client->in.length,
                        client->in.room - client->in.length, MSG_DONTWAIT);
    if (came < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (came <= 0) {
        client_close(client);
        return;
    }
    client->in.length += (size_t)came;
    size_t used = hear(client);
    if (client->state != CLIENT_GONE)
        bytes_drop(&client->in, used);
}
