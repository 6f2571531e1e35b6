"""What differs from home to home."""

WIFI = "the network's name"
WIFI_PASSWORD = "its password"

HUB = "192.168.1.2"  # the host that Mantel runs on
PORT = 8764
DEVICE = "kitchen"  # mantel device add kitchen --read 'host/+/stats' --read 'display/rlcd/#'
TOKEN = "what that command printed"

DISPLAY = "rlcd"
PICTURE_BYTES = 5000  # of 200 x 200 dots in black and white
