/* bridge: the least that a relay in C has to do, for comparison: one send for each client.

   It takes messages of one filter from the broker, puts each into a frame as the relay's, once,
   and sends that to all. It knows no rights, no retained values, nobody who is slow and no end. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "mqtt.h"
#include "websocket.h"

static const char USAGE[] = "usage: bridge --port PORT --broker PORT [--filter FILTER]\n";

static const char UPGRADED[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: " WS_ACCEPT "\r\n\r\n";

/* What a client waits for before it counts, docs/relay-protocol.md. */
static const char GREETING[] = "{\"retained\":\"end\",\"id\":1}";

enum { MOST_CLIENTS = 4096, READ_BYTES = 1 << 16, BACKLOG = 1024, MOST_FILES = 1 << 16 };

struct bridge {
    int epoll, listening, broker;
    int clients[MOST_CLIENTS];
    int count;
    struct bytes in;    /* from the broker */
    struct bytes frame; /* for all clients */
    unsigned long sequence;
};

/* How far a connection has come, by its file number. */
static enum { NEW, UPGRADED_ONLY, SERVED } stage[MOST_FILES];

static void watch(struct bridge *bridge, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(bridge->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void drop(struct bridge *bridge, int fd)
{
    for (int i = 0; i < bridge->count; i++)
        if (bridge->clients[i] == fd)
            bridge->clients[i--] = bridge->clients[--bridge->count];
    stage[fd] = NEW;
    close(fd);
}

static void pass_on(struct bridge *bridge, const struct mqtt_packet *packet)
{
    char head[256];
    int length = snprintf(head, sizeof head, "{\"topic\":\"%.*s\",\"sequence\":%lu,\"data\":",
                          (int)packet->topic_length, (const char *)packet->topic,
                          ++bridge->sequence);
    bridge->frame.length = 0;
    ws_add_server_head(&bridge->frame, WS_TEXT, (size_t)length + packet->length + 1);
    bytes_add(&bridge->frame, head, (size_t)length);
    bytes_add(&bridge->frame, packet->payload, packet->length);
    bytes_add(&bridge->frame, "}", 1);
    for (int i = bridge->count - 1; i >= 0; i--)
        if (!send_all(bridge->clients[i], &bridge->frame))
            drop(bridge, bridge->clients[i]);
}

static void hear_broker(struct bridge *bridge)
{
    struct bytes *in = &bridge->in;
    bytes_reserve(in, READ_BYTES);
    ssize_t came = recv(bridge->broker, in->at + in->length, in->room - in->length, 0);
    if (came <= 0)
        exit(0); /* the broker has gone */
    in->length += (size_t)came;
    struct mqtt_packet packet;
    size_t used = 0, taken;
    while ((taken = mqtt_read_packet(in->at + used, in->length - used, &packet)) > 0) {
        used += taken;
        if (packet.type == MQTT_PUBLISH)
            pass_on(bridge, &packet);
    }
    bytes_drop(in, used);
}

/* Whatever comes first is the upgrade, and whatever follows asks for everything. */
static void hear_client(struct bridge *bridge, int fd)
{
    char ignored[4096];
    struct bytes out = {0};
    if (recv(fd, ignored, sizeof ignored, MSG_DONTWAIT) <= 0) {
        drop(bridge, fd);
        return;
    }
    if (stage[fd] == NEW) {
        bytes_add(&out, UPGRADED, strlen(UPGRADED));
        stage[fd] = UPGRADED_ONLY;
    } else if (stage[fd] == UPGRADED_ONLY && bridge->count < MOST_CLIENTS) {
        ws_add_server_head(&out, WS_TEXT, strlen(GREETING));
        bytes_add(&out, GREETING, strlen(GREETING));
        stage[fd] = SERVED;
        bridge->clients[bridge->count++] = fd;
    }
    if (!send_all(fd, &out))
        drop(bridge, fd);
    bytes_free(&out);
}

static void welcome(struct bridge *bridge)
{
    int yes = 1, fd = accept4(bridge->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || fd >= MOST_FILES)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(bridge, fd);
}

static int listen_on(int port)
{
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0) {
        perror("listen");
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    static struct bridge bridge;
    const char *filter = "bench/#";
    int port = 0, broker = 0, option;
    static const struct option OPTIONS[] = {{"port", 1, NULL, 'p'}, {"broker", 1, NULL, 'b'},
                                            {"filter", 1, NULL, 'f'}, {NULL, 0, NULL, 0}};
    while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'b': broker = atoi(optarg); break;
        case 'f': filter = optarg; break;
        default: fputs(USAGE, stderr); return 1;
        }
    }
    if (port == 0 || broker == 0) {
        fputs(USAGE, stderr);
        return 1;
    }
    struct bytes login = {0};
    mqtt_add_connect(&login, "load-bridge");
    mqtt_add_subscribe(&login, filter);
    bridge.epoll = epoll_create1(EPOLL_CLOEXEC);
    bridge.broker = connect_to(broker, 0, 0);
    if (!send_all(bridge.broker, &login))
        return 1;
    bridge.listening = listen_on(port);
    watch(&bridge, bridge.broker);
    watch(&bridge, bridge.listening);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(bridge.epoll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == bridge.broker)
                hear_broker(&bridge);
            else if (fd == bridge.listening)
                welcome(&bridge);
            else
                hear_client(&bridge, fd);
        }
    }
}
