/* fan: one publisher, many subscribers: how soon each has each message, and what that costs.

   The publisher speaks MQTT to the broker. It goes on by what the subscribers have
   (--burst, --window) or by the clock (--rate). Each delivery is counted; prints one line of JSON. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "crowd.h"
#include "publisher.h"
#include "stamp.h"

static const char USAGE[] =
    "usage: fan --port PORT --broker PORT (--burst N | --window N | --rate N) [options]\n"
    "  --speak mqtt|mqtt-ws|relay  what the subscribers speak (relay)\n"
    "  --clients N     subscribers (100)\n"
    "  --stalled N     so many of them never read (0)\n"
    "  --filter F      what they subscribe to (bench/#); %d is a subscriber's number\n"
    "  --topic T       what is published (bench/%d); %d goes from 0 to --topics, and again\n"
    "  --topics N      how many topics (1)\n"
    "  --size N        bytes of a payload (300)\n"
    "  --device NAME, --token TOKEN   relay: who they are; %d is a subscriber's number\n"
    "  --burst N       N messages at once, the next when all have all of them\n"
    "  --window N      the next when the average subscriber lacks less than N\n"
    "  --rate N        N a second, whatever the subscribers have\n"
    "  --messages N    how many in all (1000)\n"
    "  --server PID    whose CPU time to tell; up to eight times\n";

enum { WARM_UP_MESSAGES = 20 };
static const double PATIENCE_SECONDS = 5;

struct fan {
    struct crowd crowd;
    struct publisher publisher;
    int stalled;
    uint64_t messages;
    int burst, window;
    double rate;
};

static uint64_t delivered(const struct fan *fan)
{
    uint64_t sum = 0;
    for (int i = fan->stalled; i < fan->crowd.count; i++)
        sum += fan->crowd.clients[i].received;
    return sum;
}

static int readers(const struct fan *fan)
{
    return fan->crowd.count - fan->stalled;
}

/* Go on until `wanted` deliveries; false, given up, when none has come for a while. */
static int wait_for(struct fan *fan, uint64_t wanted)
{
    uint64_t had = delivered(fan), since = now_ns();
    while (had < wanted && (double)(now_ns() - since) / 1e9 < PATIENCE_SECONDS) {
        crowd_turn(&fan->crowd, 100);
        if (delivered(fan) > had) {
            had = delivered(fan);
            since = now_ns();
        }
    }
    return had >= wanted;
}

/* `before` is what had been delivered when this began. */
static void in_bursts(struct fan *fan, uint64_t before)
{
    for (uint64_t sent = 0; sent < fan->messages; sent += (uint64_t)fan->burst) {
        publisher_send(&fan->publisher, fan->burst);
        if (!wait_for(fan, before + (sent + (uint64_t)fan->burst) * (uint64_t)readers(fan)))
            return;
    }
}

static void in_a_window(struct fan *fan, uint64_t before)
{
    uint64_t sent = 0, had = before, since = now_ns();
    while (had < before + fan->messages * (uint64_t)readers(fan) &&
           (double)(now_ns() - since) / 1e9 < PATIENCE_SECONDS) {
        uint64_t average = (had - before) / (uint64_t)readers(fan);
        for (; sent < fan->messages && sent - average < (uint64_t)fan->window; sent++)
            publisher_send(&fan->publisher, 1);
        crowd_turn(&fan->crowd, 100);
        if (delivered(fan) > had) {
            had = delivered(fan);
            since = now_ns();
        }
    }
}

static void by_the_clock(struct fan *fan, uint64_t before)
{
    int clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    long long ns = (long long)(1e9 / fan->rate);
    struct itimerspec every = {{ns / 1000000000, ns % 1000000000}, {0, 1}};
    timerfd_settime(clock, 0, &every, NULL);
    crowd_watch_too(&fan->crowd, clock);
    for (uint64_t sent = 0, due; sent < fan->messages;) {
        if (!crowd_turn(&fan->crowd, 100) || read(clock, &due, sizeof due) != sizeof due)
            continue;
        for (; due > 0 && sent < fan->messages; due--, sent++)
            publisher_send(&fan->publisher, 1);
    }
    close(clock);
    wait_for(fan, before + fan->messages * (uint64_t)readers(fan));
}

static void run(struct fan *fan, struct servers *servers, struct samples *late_us)
{
    for (int i = 0; i < WARM_UP_MESSAGES; i++) {
        publisher_send(&fan->publisher, 1);
        if (!wait_for(fan, (uint64_t)(i + 1) * (uint64_t)readers(fan)))
            break; /* the measure itself will tell how many are lost */
    }
    uint64_t before = delivered(fan);
    late_us->count = 0;
    fan->crowd.idle_ns = 0;
    servers_begin(servers);
    uint64_t began_ns = now_ns();
    if (fan->rate > 0)
        by_the_clock(fan, before);
    else if (fan->window > 0)
        in_a_window(fan, before);
    else
        in_bursts(fan, before);
    double seconds = (double)(now_ns() - began_ns) / 1e9;
    uint64_t deliveries = delivered(fan) - before;
    printf("{\"clients\": %d, \"stalled\": %d, \"deliveries\": %llu, \"lost\": %lld, ",
           fan->crowd.count, fan->stalled, (unsigned long long)deliveries,
           (long long)(fan->messages * (uint64_t)readers(fan) - deliveries));
    printf("\"seconds\": %.4f, \"busy\": %.3f, \"gone\": %d, ", seconds,
           1 - (double)fan->crowd.idle_ns / 1e9 / seconds, fan->crowd.gone);
    printf("\"p50_us\": %u, \"p99_us\": %u, ", samples_share(late_us, 0.5),
           samples_share(late_us, 0.99));
    servers_print(servers);
    printf("}\n");
}

int main(int argc, char **argv)
{
    struct samples late_us = {0};
    struct plan plan = {.speech = SPEAK_RELAY, .filter = "bench/#", .device = "load-%d",
                        .token = "", .late_us = &late_us};
    struct servers servers = {0};
    struct fan fan = {.messages = 1000};
    const char *topic = "bench/%d";
    int clients = 100, broker = 0, topics = 1, size = 300, option;
    static const struct option OPTIONS[] = {
        {"speak", 1, NULL, 's'},  {"port", 1, NULL, 'p'},    {"broker", 1, NULL, 'b'},
        {"clients", 1, NULL, 'n'}, {"stalled", 1, NULL, 'S'}, {"filter", 1, NULL, 'f'},
        {"topic", 1, NULL, 'T'},  {"topics", 1, NULL, 'k'},  {"size", 1, NULL, 'z'},
        {"device", 1, NULL, 'd'}, {"token", 1, NULL, 't'},   {"burst", 1, NULL, 'B'},
        {"window", 1, NULL, 'w'}, {"rate", 1, NULL, 'r'},    {"messages", 1, NULL, 'm'},
        {"server", 1, NULL, 'P'}, {NULL, 0, NULL, 0}};
    while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        switch (option) {
        case 's': plan.speech = speech_named(optarg); break;
        case 'p': plan.port = atoi(optarg); break;
        case 'b': broker = atoi(optarg); break;
        case 'n': clients = atoi(optarg); break;
        case 'S': fan.stalled = atoi(optarg); break;
        case 'f': plan.filter = optarg; break;
        case 'T': topic = optarg; break;
        case 'k': topics = atoi(optarg); break;
        case 'z': size = atoi(optarg); break;
        case 'd': plan.device = optarg; break;
        case 't': plan.token = optarg; break;
        case 'B': fan.burst = atoi(optarg); break;
        case 'w': fan.window = atoi(optarg); break;
        case 'r': fan.rate = atof(optarg); break;
        case 'm': fan.messages = strtoull(optarg, NULL, 10); break;
        case 'P': servers_add(&servers, atoi(optarg)); break;
        default: fputs(USAGE, stderr); return 1;
        }
    }
    if (plan.port == 0 || broker == 0 || clients <= fan.stalled || topics < 1 ||
        size < STAMP_LEAST_BYTES || (fan.rate <= 0 && fan.window < 1 && fan.burst < 1)) {
        fputs(USAGE, stderr);
        return 1;
    }
    if (fan.burst > 0) /* whole bursts */
        fan.messages += (uint64_t)fan.burst - 1 - (fan.messages - 1) % (uint64_t)fan.burst;
    crowd_make(&fan.crowd, clients);
    if (!crowd_join(&fan.crowd, &plan, 50, fan.stalled, 30) || fan.crowd.gone > 0) {
        fputs("not all subscribers got in\n", stderr);
        return 1;
    }
    publisher_open(&fan.publisher, broker, topic, topics, (size_t)size);
    run(&fan, &servers, &late_us);
    publisher_close(&fan.publisher);
    return 0;
}
