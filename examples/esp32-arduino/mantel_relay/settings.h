// What differs from home to home.
#pragma once

#define WIFI "the network's name"
#define WIFI_PASSWORD "its password"

#define HUB "192.168.1.2"  // the host that Mantel runs on
#define PORT 8764
#define DEVICE "kitchen"  // mantel device add kitchen --read 'host/+/stats' --read 'display/rlcd/#'
#define TOKEN "what that command printed"

#define FILTERS "\"host/+/stats\",\"display/rlcd/bitmap\""
#define PICTURE_BYTES 5000  // of 200 x 200 dots in black and white
