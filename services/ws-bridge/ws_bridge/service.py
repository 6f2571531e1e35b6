"""Puts `ws-bridge` together: one adapter a protocol, each on a port of its own."""

import asyncio
import contextlib
from pathlib import Path

from shared import topics
from shared.mqtt import Mqtt
from shared.zone import HubZone
from ws_bridge.audience import Audience
from ws_bridge.board import Board, follow_containers, follow_stats, push_frames
from ws_bridge.clock_port import MOST_MESSAGE_BYTES, ClockPort
from ws_bridge.clock_sessions import Sessions
from ws_bridge.copies import Copies
from ws_bridge.listener import Listener, raise_file_limit
from ws_bridge.media_folder import MediaFolder
from ws_bridge.peer import Peer
from ws_bridge.relay.entities import PREFIX, device_entities
from ws_bridge.relay.port import RelayPort
from ws_bridge.room import Room, follow_panels
from ws_bridge.settings import Settings
from ws_bridge.stage import Stage, follow_contents, tell_listeners
from ws_bridge.web_api import WebApi
from ws_bridge.web_port import WebPort


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    raise_file_limit()
    async with (
        Mqtt(settings, "ws-bridge") as mqtt,
        contextlib.AsyncExitStack() as listeners,
        asyncio.TaskGroup() as tasks,
    ):
        # Itself, and in time its devices: what it passes on is announced by who publishes it
        mqtt.announce({}, (PREFIX,) if settings.ws_bridge_relay_port else ())
        copies = Copies(mqtt, settings, asyncio.get_running_loop().time)
        tasks.create_task(copies.watch(), name="watch other copies")
        if settings.ws_bridge_stats_port:
            node = settings.ws_bridge_stats_node or settings.mantel_node
            board = Board(settings.ws_bridge_services_shape)
            listener = await listeners.enter_async_context(
                Listener(
                    settings.ws_bridge_host,
                    settings.ws_bridge_stats_port,
                    "WS_BRIDGE_STATS_PORT",
                    board.frame,
                )
            )
            tasks.create_task(
                follow_stats(mqtt.subscribe(topics.HOST_STATS, node=node), board),
                name="follow stats",
            )
            tasks.create_task(
                follow_containers(mqtt.subscribe(topics.HOST_CONTAINERS, node=node), board),
                name="follow containers",
            )
            tasks.create_task(push_frames(board, listener), name="push frames")
        tell_listeners(mqtt, 0)
        if settings.ws_bridge_contents_port:
            audience: Audience[Peer] = Audience()
            listener = await listeners.enter_async_context(
                Listener(
                    settings.ws_bridge_host,
                    settings.ws_bridge_contents_port,
                    "WS_BRIDGE_CONTENTS_PORT",
                    fanout=audience,
                    count=lambda count: tell_listeners(mqtt, count),
                )
            )
            stage = listeners.enter_context(contextlib.closing(Stage(listener, audience)))
            follow_contents(mqtt, stage)
        if settings.ws_bridge_clock_port:
            sessions = Sessions(mqtt, f"{settings.mantel_node}/ws-bridge{settings.service_suffix}")
            clock = ClockPort(sessions, HubZone(settings.tz), settings.ws_bridge_alarm_format)
            listener = await listeners.enter_async_context(
                Listener(
                    settings.ws_bridge_host,
                    settings.ws_bridge_clock_port,
                    "WS_BRIDGE_CLOCK_PORT",
                    fanout=clock.dial,
                    converse=clock.converse,
                    most_bytes=MOST_MESSAGE_BYTES,
                )
            )
            tasks.create_task(sessions.keep_open(), name="keep sessions open")
            tasks.create_task(clock.read_zones(), name="read zones")
            tasks.create_task(clock.tick(listener), name="tick")
        if settings.ws_bridge_http_port:
            media = MediaFolder(Path(settings.ws_bridge_panel_media))
            await media.look()
            room = Room(mqtt, media)
            follow_panels(mqtt, room)
            await listeners.enter_async_context(
                WebPort(
                    settings.ws_bridge_host,
                    settings.ws_bridge_http_port,
                    WebApi(room, media.path),
                    room,
                )
            )
            tasks.create_task(media.watch(), name="watch media")
        if settings.ws_bridge_relay_port:
            relay = await listeners.enter_async_context(
                RelayPort(settings, lambda devices: announce_devices(mqtt, settings, devices))
            )
            mqtt.also_dropped = relay.sessions.total_dropped
            tasks.create_task(relay.run(), name="relay")
        await asyncio.Event().wait()  # for ever: a port may need no task


def announce_devices(mqtt: Mqtt, settings: Settings, devices: list[str]) -> None:
    """Let Home Assistant show the relay's devices; of the copies of the bridge the first does."""
    if not settings.mantel_instance:
        mqtt.announce(
            device_entities(devices, lambda device: mqtt.name(topics.DEVICE_STATE, id=device))
        )
