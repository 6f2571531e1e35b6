/* storm: many clients connect, and what becomes of them is counted.
   Prints one line of JSON. With --hold it keeps those that got in until its input ends. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crowd.h"

static const char USAGE[] =
    "usage: storm --port PORT [options]\n"
    "  --speak mqtt|mqtt-ws|relay  (relay)\n"
    "  --clients N     how many in all (1000)\n"
    "  --parallel N    how many at a time (all)\n"
    "  --filter F      what each subscribes to; %d is its number (bench/%d)\n"
    "  --device NAME   relay: its name (load-%d)\n"
    "  --token TOKEN   relay\n"
    "  --headers       relay: name and token in the handshake too\n"
    "  --addresses N   from so many addresses of this machine (1)\n"
    "  --seconds S     give up then (30)\n"
    "  --hold          keep them until the input ends\n"
    "  --server PID    whose CPU time to tell; up to eight times\n";

enum { MOST_REASONS = 16 };

/* Why clients were sent away, and how many for each reason. */
struct reasons {
    int code[MOST_REASONS];
    int number[MOST_REASONS];
    int count;
};

static void note(struct reasons *reasons, int code)
{
    int i = 0;
    while (i < reasons->count && reasons->code[i] != code)
        i++;
    if (i == MOST_REASONS)
        return;
    reasons->count += i == reasons->count;
    reasons->code[i] = code;
    reasons->number[i]++;
}

static void tell(struct crowd *crowd, uint64_t began_ns, const struct servers *servers)
{
    struct samples joined_us = {0};
    struct reasons reasons = {0};
    uint64_t last_ns = began_ns;
    int ready = 0, gone = 0;
    for (int i = 0; i < crowd->count; i++) {
        const struct client *client = &crowd->clients[i];
        if (client->state == CLIENT_GONE) {
            gone++;
            note(&reasons, client->why);
        } else if (client->state == CLIENT_READY) {
            ready++;
            samples_add(&joined_us, (client->ready_ns - client->asked_ns) / 1000);
            last_ns = client->ready_ns > last_ns ? client->ready_ns : last_ns;
        }
    }
    double seconds = (double)(now_ns() - began_ns) / 1e9;
    printf("{\"clients\": %d, \"ready\": %d, \"gone\": %d, \"seconds\": %.4f, "
           "\"last_ready_seconds\": %.4f, \"busy\": %.3f, ",
           crowd->count, ready, gone, seconds, (double)(last_ns - began_ns) / 1e9,
           1 - (double)crowd->idle_ns / 1e9 / seconds);
    printf("\"p50_us\": %u, \"p99_us\": %u, \"reasons\": {", samples_share(&joined_us, 0.5),
           samples_share(&joined_us, 0.99));
    for (int i = 0; i < reasons.count; i++)
        printf("%s\"%d\": %d", i > 0 ? ", " : "", reasons.code[i], reasons.number[i]);
    printf("}, ");
    servers_print(servers);
    printf("}\n");
    fflush(stdout);
}

/* Answer pings until whoever started this closes its input. */
static void hold(struct crowd *crowd)
{
    char ignored[64];
    crowd_watch_too(crowd, STDIN_FILENO);
    while (!crowd_turn(crowd, 1000) || read(STDIN_FILENO, ignored, sizeof ignored) > 0)
        ;
}

int main(int argc, char **argv)
{
    struct plan plan = {.speech = SPEAK_RELAY, .filter = "bench/%d", .device = "load-%d",
                        .token = ""};
    struct servers servers = {0};
    struct crowd crowd;
    int clients = 1000, parallel = 0, holds = 0, option;
    double seconds = 30;
    static const struct option OPTIONS[] = {
        {"speak", 1, NULL, 's'},   {"port", 1, NULL, 'p'},     {"clients", 1, NULL, 'n'},
        {"parallel", 1, NULL, 'l'}, {"filter", 1, NULL, 'f'},   {"device", 1, NULL, 'd'},
        {"token", 1, NULL, 't'},   {"headers", 0, NULL, 'e'},  {"seconds", 1, NULL, 'S'},
        {"hold", 0, NULL, 'H'},    {"server", 1, NULL, 'P'},   {"addresses", 1, NULL, 'a'},
        {NULL, 0, NULL, 0}};
    while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        switch (option) {
        case 's': plan.speech = speech_named(optarg); break;
        case 'p': plan.port = atoi(optarg); break;
        case 'n': clients = atoi(optarg); break;
        case 'l': parallel = atoi(optarg); break;
        case 'f': plan.filter = optarg; break;
        case 'd': plan.device = optarg; break;
        case 't': plan.token = optarg; break;
        case 'e': plan.in_headers = 1; break;
        case 'S': seconds = atof(optarg); break;
        case 'a': plan.addresses = atoi(optarg); break;
        case 'H': holds = 1; break;
        case 'P': servers_add(&servers, atoi(optarg)); break;
        default: fputs(USAGE, stderr); return 1;
        }
    }
    if (plan.port == 0 || clients < 1) {
        fputs(USAGE, stderr);
        return 1;
    }
    crowd_make(&crowd, clients);
    servers_begin(&servers);
    uint64_t began_ns = now_ns();
    crowd_join(&crowd, &plan, parallel > 0 ? parallel : clients, 0, seconds);
    tell(&crowd, began_ns, &servers);
    if (holds)
        hold(&crowd);
    return 0;
}
