"""Show the hub's statistics and a display's picture; copy this, relay.py and settings.py."""

import binascii
import gc
import time

import settings
from relay import Refused, Relay


def go_online():
    """Join the network; where there is none to join, the machine is online already."""
    try:
        import network
    except ImportError:
        return
    wifi = network.WLAN(network.STA_IF)
    wifi.active(True)
    wifi.connect(settings.WIFI, settings.WIFI_PASSWORD)
    while not wifi.isconnected():
        time.sleep(0.2)


def show_stats(stats):
    """Put it on your screen here."""
    print("stats", stats["cpu_percent"], stats["memory_percent"], stats["uptime_seconds"])


def show_picture(picture):
    """Copy the bytes to your screen here; they are gone with the next message."""
    print("picture", len(picture), hex(binascii.crc32(picture)), gc.mem_free())


def main():
    go_online()
    topics = ["host/+/stats", "display/" + settings.DISPLAY + "/bitmap"]
    relay = Relay(
        settings.HUB,
        settings.DEVICE,
        settings.TOKEN,
        topics,
        bytearray(settings.PICTURE_BYTES),
        settings.PORT,
    )
    try:
        for topic, data in relay.messages():
            if data is None:
                print("nothing", topic)
            elif topic.endswith("/stats"):
                show_stats(data)
            else:
                show_picture(data)
    except Refused as error:
        print(error, "- make it on the hub: mantel device add", settings.DEVICE)


main()
