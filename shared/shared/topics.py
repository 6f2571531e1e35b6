"""Every topic of Mantel, one line each: template, payload, QoS, retained, who may do what.

The code, the reference, the AsyncAPI file, the broker's ACL, its test and Home Assistant's
discovery all read this table; no topic string is written anywhere else. Pure.
"""

from typing import Any

from shared import payloads
from shared.topic import Topic
from shared.users import HOME, OWN, RELAY, SERVICES, WATCHERS


def _asked(
    of: str, service: str, by: tuple[str, ...], verbs: str, answer: str = ""
) -> tuple[Topic[payloads.Request], Topic[payloads.Response]]:
    """Return the topics by which a service is asked, and by which it answers."""
    told = "The answer, with the `transaction` of the request" + answer
    return (
        Topic(f"{of}/request/{{verb}}", payloads.Request, 1, False, by, (service,), verbs),
        Topic(f"{of}/response/{{verb}}", payloads.Response, 1, False, (service,), by, told),
    )


# What every service says of itself
AVAILABILITY: Topic[str] = Topic(
    "service/{node}/{service}/availability", payloads.Availability, 1, True,
    ("{service}",), (*SERVICES, *HOME), "Whether the service runs; its will says `offline`",
)  # fmt: skip
HEALTH: Topic[payloads.Health] = Topic(
    "service/{node}/{service}/health", payloads.Health, 0, True,
    ("{service}",), WATCHERS, "How the service does, at once on connect, then each minute",
)  # fmt: skip
LOG: Topic[payloads.LogLine] = Topic(
    "service/{node}/{service}/log", payloads.LogLine, 0, False,
    ("{service}",), WATCHERS, "Log lines at WARNING and above",
)  # fmt: skip

# The host
HOST_STATS: Topic[payloads.HostStats] = Topic(
    "host/{node}/stats", payloads.HostStats, 0, True,
    ("stats",), ("media", "ws-bridge", *HOME),
    "One reading of the host each `STATS_INTERVAL_SECONDS`",
)  # fmt: skip
HOST_CONTAINERS: Topic[list[payloads.Container]] = Topic(
    "host/{node}/containers", list[payloads.Container], 1, True,
    ("stats",), ("media", "ws-bridge", *HOME),
    "The containers in the order of `STATS_CONTAINERS`, at once on change",
)  # fmt: skip
CONTAINER_SET: Topic[str] = Topic(
    "host/{node}/container/{name}/set", payloads.ContainerCommand, 1, False,
    WATCHERS, ("stats",),
    "Restart, start or stop; refused unless `STATS_CONTAINERS_CONTROLLED` names it",
)  # fmt: skip
HOST_EVENT: Topic[payloads.HostEvent] = Topic(
    "host/{node}/event", payloads.HostEvent, 1, False,
    ("stats",), ("ws-bridge", *HOME), "Under-voltage, throttling or a full disk began or ended",
)  # fmt: skip

# Alarms
ALARM_CONFIG: Topic[payloads.AlarmDefinition] = Topic(
    "alarm/{id}/config", payloads.AlarmDefinition, 1, True,
    ("alarms",), ("alarms", "media", "ws-bridge", *HOME), "The definition of an alarm",
)  # fmt: skip
ALARM_STATE: Topic[payloads.AlarmState] = Topic(
    "alarm/{id}/state", payloads.AlarmState, 1, True,
    ("alarms",), ("alarms", "media", "ws-bridge", *HOME), "How an alarm does",
)  # fmt: skip
ALARM_SET: Topic[bytes] = Topic(
    "alarm/{id}/set", bytes, 1, False,
    ("ws-bridge", *HOME), ("alarms",),
    "A word (enable, disable, skip, unskip, snooze, dismiss, test) "
    "or a JSON object of fields to change",
)  # fmt: skip
ALARM_NEXT: Topic[payloads.AlarmNext | None] = Topic(
    "alarm/next", payloads.AlarmNext | None, 1, True,
    ("alarms",), ("ws-bridge", "media", *HOME), "The alarm that rings next, null when none does",
)  # fmt: skip
ALARM_EVENT: Topic[payloads.AlarmEvent] = Topic(
    "alarm/event", payloads.AlarmEvent, 1, False,
    ("alarms",), ("media", "ws-bridge", *HOME), "An alarm began, ended, was snoozed or went wrong",
)  # fmt: skip
ALARM_REQUEST, ALARM_RESPONSE = _asked(
    "alarm", "alarms", ("ws-bridge", *WATCHERS, RELAY),
    "add and update (the fields of alarms.json), delete (`id`), list",
)  # fmt: skip

# The clock
CLOCK_REQUEST, CLOCK_RESPONSE = _asked(
    "clock", "alarms", ("ws-bridge", "operator"),
    "open, close, zone, add, delete, stop, snooze, end; each names its `session` by its hash",
)  # fmt: skip
CLOCK_SESSION: Topic[payloads.ClockSession] = Topic(
    "clock/session/{hash}", payloads.ClockSession, 0, True,
    ("alarms",), ("alarms", "ws-bridge", *WATCHERS),
    "A session, retained only while a connection holds it",
)  # fmt: skip

# Sound
AUDIO_FORMAT: Topic[payloads.AudioFormat] = Topic(
    "audio/{stream}/format", payloads.AudioFormat, 1, True,
    ("media",), ("media", "alarms", "ws-bridge", *HOME), "What a stream carries now",
)  # fmt: skip
AUDIO_PCM: Topic[bytes] = Topic(
    "audio/{stream}/pcm", bytes, 0, False,
    ("media",), ("ws-bridge", *HOME), "Raw PCM, at most 4096 bytes, paced at 0.9 x real time",
)  # fmt: skip
AUDIO_LISTENERS: Topic[payloads.AudioListeners] = Topic(
    "audio/{stream}/listeners/{node}/{service}", payloads.AudioListeners, 1, True,
    ("ws-bridge",), ("media", *WATCHERS), "How many clients of a bridge get a stream",
)  # fmt: skip

# Displays
DISPLAY_BITMAP: Topic[bytes] = Topic(
    "display/{id}/bitmap", bytes, 1, True,
    ("media",), ("media", "ws-bridge", *HOME),
    "The packed picture for a display that is told by topic",
)  # fmt: skip
DISPLAY_FRAME: Topic[payloads.DisplayFrame] = Topic(
    "display/{id}/frame", payloads.DisplayFrame, 1, True,
    ("media",), ("media", "ws-bridge", *HOME), "What the bitmap is; published after it",
)  # fmt: skip
DISPLAY_PREVIEW: Topic[bytes] = Topic(
    "display/{id}/preview", bytes, 0, True,
    ("media",), ("media", "ws-bridge", *WATCHERS, RELAY), "The picture as PNG, for people",
)  # fmt: skip
DISPLAY_SET: Topic[bytes] = Topic(
    "display/{id}/set", bytes, 1, False,
    ("ws-bridge", *WATCHERS, RELAY), ("media",),
    "A picture to show (PNG, JPEG, GIF, WebP), a word (a mode, auto, next, hold), or JSON: "
    "mode or picture (base64), and for_seconds",
)  # fmt: skip
DISPLAY_STATE: Topic[payloads.DisplayState] = Topic(
    "display/{id}/state", payloads.DisplayState, 1, True,
    ("media",), ("media", "ws-bridge", *HOME), "How a display does",
)  # fmt: skip
DISPLAY_REQUEST, DISPLAY_RESPONSE = _asked(
    "display", "media", ("ws-bridge", *WATCHERS),
    "list, approve, rotate, forget, log, update (`id`, the fields to change), join (`policy`), "
    "import (what an older server knew of a display, with the hash of its token), "
    "profiles, add (`id`, `profile`), show (`id`, `picture` or `page`, `for_seconds`), hide",
)  # fmt: skip

# Jobs
JOB_STATE: Topic[payloads.JobState] = Topic(
    "job/{name}/state", payloads.JobState, 1, True,
    ("media",), ("media", "ws-bridge", *WATCHERS), "How a job does",
)  # fmt: skip
JOB_SET: Topic[str] = Topic(
    "job/{name}/set", payloads.JobCommand, 1, False,
    ("ws-bridge", *WATCHERS), ("media",), "Run or cancel it, or have it run by its cron line",
)  # fmt: skip
JOB_REQUEST, JOB_RESPONSE = _asked(
    "job", "media", ("ws-bridge", *WATCHERS),
    "list, run (`name`, `params`), cancel, log (`name`, `run`), "
    "update (`name` and enabled, cron or params)",
)  # fmt: skip

# Photos
PHOTO_REQUEST, PHOTO_RESPONSE = _asked(
    "photo", "media", ("ws-bridge", *WATCHERS),
    "list, rate (`opinion` and `number`, or `display`: what that shows), scan",
)  # fmt: skip

# What dashboards show
SOURCE_REQUEST, SOURCE_RESPONSE = _asked(
    "source", "media", ("ws-bridge", *WATCHERS), "list, refresh (`name`)",
)  # fmt: skip
DASHBOARD_REQUEST, DASHBOARD_RESPONSE = _asked(
    "dashboard", "media", ("ws-bridge", *WATCHERS),
    "themes; preview and check (`theme`, or its `files` in base64; for a preview `profile`, or "
    "`width` and `height`, and `facts`: now, sample, long, old, none)",
    "; a preview's `png` is base64",
)  # fmt: skip
VALUE: Topic[bytes] = Topic(
    "value/{group}/{name}/{field}", bytes, 1, True,
    ("ws-bridge", *HOME), ("media", "ws-bridge", *HOME),
    "A value for dashboards, text or JSON; with this as its base Home Assistant's "
    "`mqtt_statestream` publishes its entities here",
)  # fmt: skip

# Panels
PANEL_EVENT: Topic[payloads.PanelEvent] = Topic(
    "panel/{id}/event", payloads.PanelEvent, 1, False,
    ("serial-bridge",), ("ws-bridge", *HOME), "A press, or what it plays began or ended",
)  # fmt: skip
PANEL_BUTTON: Topic[str] = Topic(
    "panel/{id}/button/{n}", payloads.ButtonAction, 1, False,
    ("serial-bridge",), ("ws-bridge", *HOME),
    "A press or release, for Home Assistant's device triggers",
)  # fmt: skip
PANEL_STATE: Topic[payloads.PanelState] = Topic(
    "panel/{id}/state", payloads.PanelState, 1, True,
    ("serial-bridge",), ("media", "serial-bridge", "ws-bridge", *HOME), "How a panel does",
)  # fmt: skip
PANEL_SET: Topic[bytes] = Topic(
    "panel/{id}/set", bytes, 1, False,
    ("ws-bridge", *HOME), ("serial-bridge",),
    "JSON: one of led, led_on, led_off (a button), leds (clear or all), play (a button), "
    "stop (true), ended (a button, with the `sequence` of its play where that is known)",
)  # fmt: skip

# Devices of the relay, and what any device says of itself
DEVICE_CONFIG: Topic[payloads.DeviceConfig] = Topic(
    "device/{id}/config", payloads.DeviceConfig, 1, True,
    ("operator",), ("ws-bridge", "operator"), "Who a device of the relay is, and its rights",
)  # fmt: skip
DEVICE_STATE: Topic[payloads.DeviceState] = Topic(
    "device/{id}/state", payloads.DeviceState, 1, True,
    ("ws-bridge", "operator"), ("ws-bridge", *HOME), "Whether a device of the relay is there",
)  # fmt: skip
DEVICE_READING: Topic[Any] = Topic(
    "device/{id}/reading", Any, 1, True,
    ("ws-bridge", "operator", OWN), ("ws-bridge", *HOME), "What a device measures, as it likes",
)  # fmt: skip
DEVICE_EVENT: Topic[Any] = Topic(
    "device/{id}/event", Any, 1, False,
    ("ws-bridge", OWN), ("ws-bridge", *HOME), "Something happened on a device, as it likes",
)  # fmt: skip
DEVICE_SET: Topic[Any] = Topic(
    "device/{id}/set", Any, 1, False,
    ("ws-bridge", *WATCHERS, RELAY), ("ws-bridge", OWN), "What a device is to do, as it likes",
)  # fmt: skip

# Home Assistant's own
BIRTH: Topic[str] = Topic(
    "status", payloads.Availability, 0, False,
    ("homeassistant",), (*SERVICES, "operator"), "Home Assistant has started, or is about to stop",
    base="discovery",
)  # fmt: skip
DISCOVERY: Topic[bytes] = Topic(
    "device/{root}-{service}/{node}/config", bytes, 1, True,
    ("{service}", "homeassistant"), ("{service}", *WATCHERS),
    "A service's entities on the host's device, in Home Assistant's form", base="discovery",
)  # fmt: skip

TOPICS: tuple[Topic[Any], ...] = tuple(
    each for each in tuple(globals().values()) if isinstance(each, Topic)
)
"""All that stand above, in their order."""
