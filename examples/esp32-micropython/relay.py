"""The relay's protocol, version 1, on a plain WebSocket, for MicroPython with little memory.

    relay = Relay("hub.local", "kitchen", "its token", ["host/+/stats"], bytearray(5000))
    for topic, data in relay.messages():
        ...

One buffer takes every message, in place; nothing large is allocated while it runs. `messages`
connects, connects again when the connection breaks, and goes on where it ended.
"""

import json
import os
import select
import socket
import struct
import time

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_UPGRADE = (
    "GET / HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_TEXT_BYTES = 2048
_PING_SECONDS = 25  # the hub pings each 20 s: who hears nothing for so long asks
_PATIENCE_SECONDS = 10  # for the rest of a message
_FIRST_PAUSE, _LONGEST_PAUSE = 1, 30
_REPLACED = 4409
_SORT_IT_OUT = (4400, 4401, 4403)  # coming again would not help: wrong token, revoked


class Refused(Exception):
    """The hub does not let this device in; the message says why."""


class Relay:
    """A device of the relay.

    `buffer` takes the bytes of a picture: as large as the largest that is wanted.
    Topics are written without their root.
    """

    def __init__(self, host, device, token, topics, buffer, port=8764):
        self._host = host
        self._port = port
        self._device = device
        self._token = token
        self._topics = topics
        self._buffer = memoryview(buffer)
        self._text = memoryview(bytearray(_TEXT_BYTES))
        self._socket = None
        self._session = None
        self._sequence = 0

    def messages(self):
        """Yield each topic with its data: JSON as Python has it, bytes as a memoryview.

        The memoryview is valid until the next one is asked for. Data is None when the topic is
        gone, or was larger than the buffer.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                self._connect()
                while True:
                    yield self._next()
                    pause = _FIRST_PAUSE
            except OSError as error:
                print("relay:", error, "- again in", pause, "s")
            self.close()
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def publish(self, topic, data):
        """Publish a JSON value; nothing is kept for later."""
        self._say({"publish": topic, "data": data})

    def close(self):
        """Hang up."""
        if self._socket:
            self._socket.close()
            self._socket = None

    # --- the protocol: what the messages say ---

    def _connect(self):
        address = socket.getaddrinfo(self._host, self._port, 0, socket.SOCK_STREAM)[0][-1]
        self._socket = socket.socket()
        self._socket.settimeout(_PATIENCE_SECONDS)
        self._socket.connect(address)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._write(_UPGRADE.format(self._host, self._port).encode())
        if b" 101 " not in self._socket.readline():
            raise OSError("this is no relay, or it does not know its devices yet")
        while self._socket.readline() not in (b"\r\n", b""):
            pass
        hello = {"hello": 1, "device": self._device, "token": self._token}
        hello["text_bytes"] = _TEXT_BYTES
        if self._session:
            hello["resume"] = {"session": self._session, "sequence": self._sequence}
        self._say(hello)

    def _next(self):
        """Return the next topic and its data."""
        while True:
            length = self._read_message(self._text)
            message = json.loads(bytes(self._text[:length]))
            if "bye" in message or "error" in message:
                print("relay:", message)
            elif "welcome" in message:
                self._session = message["session"]
                if not message["resumed"]:
                    self._sequence = message["sequence"]
                    self._say({"subscribe": self._topics, "id": 1})
            elif "topic" in message:
                data = self._data_of(message)
                # a retained value may tell an older number than what came before
                self._sequence = max(self._sequence, message["sequence"])
                return message["topic"], data

    def _data_of(self, message):
        if "parts" not in message:
            return message.get("data")  # none when it is gone
        whole, used = message["bytes"], 0
        room = self._buffer if whole <= len(self._buffer) else None
        for _ in range(message["parts"]):
            used += self._read_message(room and room[used:])
        if room is None:
            print("relay:", message["topic"], "has", whole, "bytes, more than the buffer")
            return None
        return json.loads(bytes(room[:whole])) if message.get("text") else room[:whole]

    def _say(self, message):
        self._send(_TEXT, json.dumps(message).encode())

    # --- WebSocket: frames ---

    def _read_message(self, room):
        """Read the next message into `room`, or past it when that is None; return its length."""
        while True:
            self._wait()
            opcode, length = struct.unpack("BB", self._read(2))
            opcode &= 0x0F
            if length == 126:
                length = struct.unpack(">H", self._read(2))[0]
            elif length == 127:
                raise OSError("a message is too long")  # the hub sends none such
            if opcode in (_TEXT, _BINARY):
                if room is None:
                    self._read_past(length)
                elif length > len(room):
                    raise OSError("a message is too long")
                else:
                    self._read_into(room, length)
                return length
            rest = self._read(length)
            if opcode == _PING:
                self._send(_PONG, rest)
            elif opcode == _CLOSE:
                self._ended(struct.unpack(">H", rest[:2])[0] if length >= 2 else 0)

    def _ended(self, code):
        if code in _SORT_IT_OUT:
            raise Refused("the hub refuses this device: " + str(code))
        if code == _REPLACED:
            raise Refused("another device has this name")
        raise OSError("the hub hung up: " + str(code))

    def _wait(self):
        """Wait for a message; ask for a sign of life when none comes."""
        for _ in range(2):
            if self._poll.poll(_PING_SECONDS * 1000):
                return
            self._send(_PING, b"")
        raise OSError("the hub is silent")

    def _send(self, opcode, payload):
        mask = os.urandom(4)
        length = len(payload)
        head = bytes((0x80 | opcode, 0x80 | length))
        if length > 125:
            head = bytes((0x80 | opcode, 0x80 | 126)) + struct.pack(">H", length)
        self._write(head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload)))

    def _read(self, length):
        data = bytearray(length)
        self._read_into(memoryview(data), length)
        return data

    def _read_into(self, room, length):
        """Fill the beginning of `room`."""
        done = 0
        while done < length:
            count = self._socket.readinto(room[done:length])
            if not count:
                raise OSError("the connection broke")
            done += count

    def _read_past(self, length):
        while length > 0:
            self._read_into(self._text, min(length, _TEXT_BYTES))
            length -= _TEXT_BYTES

    def _write(self, data):
        view = memoryview(data)
        while view:
            view = view[self._socket.write(view) :]
