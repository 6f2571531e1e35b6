"""Every topic of Mantel, one line each: template, payload, QoS, retained, who may do what.

The code, the reference, the AsyncAPI file, the broker's ACL, its test and Home Assistant's
discovery all read this table; no topic string is written anywhere else. Pure.
"""

from typing import Any

from shared.payloads import (
    AlarmDefinition,
    AlarmEvent,
    AlarmNext,
    AlarmState,
    AudioFormat,
    AudioListeners,
    Availability,
    ButtonAction,
    ClockSession,
    Container,
    ContainerCommand,
    DeviceConfig,
    DeviceState,
    DisplayFrame,
    DisplayState,
    Health,
    HostEvent,
    HostStats,
    JobCommand,
    JobState,
    LogLine,
    PanelEvent,
    PanelState,
    Request,
    Response,
)
from shared.topic import Topic

SERVICES = ("stats", "alarms", "media", "serial-bridge", "ws-bridge")
"""The services, each also a broker user."""
SCALED = {"ws-bridge": 9}
"""How many copies (`MANTEL_INSTANCE` 1 to 9) of a service may run beside the first."""
USERS = (*SERVICES, "homeassistant", "operator")
"""The broker users that exist from the first start; `device` stands for each device's own."""

OWN = "{id}"
"""Among writers or readers: a device, of the topics alone that hold its own name."""
RELAY = "relay"
"""Among writers or readers: devices of the relay that were given the right, others are not."""

HOME = ("homeassistant", "operator", "device")
WATCHERS = ("homeassistant", "operator")

# What every service says of itself
AVAILABILITY: Topic[str] = Topic(
    "service/{node}/{service}/availability", Availability, 1, True,
    ("{service}",), (*SERVICES, *HOME), "Whether the service runs; its will says `offline`",
)  # fmt: skip
HEALTH: Topic[Health] = Topic(
    "service/{node}/{service}/health", Health, 0, True,
    ("{service}",), WATCHERS, "How the service does, at once on connect, then each minute",
)  # fmt: skip
LOG: Topic[LogLine] = Topic(
    "service/{node}/{service}/log", LogLine, 0, False,
    ("{service}",), WATCHERS, "Log lines at WARNING and above",
)  # fmt: skip

# The host
HOST_STATS: Topic[HostStats] = Topic(
    "host/{node}/stats", HostStats, 0, True,
    ("stats",), ("media", "ws-bridge", *HOME),
    "One reading of the host each `STATS_INTERVAL_SECONDS`",
)  # fmt: skip
HOST_CONTAINERS: Topic[list[Container]] = Topic(
    "host/{node}/containers", list[Container], 1, True,
    ("stats",), ("media", "ws-bridge", *HOME),
    "The containers in the order of `STATS_CONTAINERS`, at once on change",
)  # fmt: skip
CONTAINER_SET: Topic[str] = Topic(
    "host/{node}/container/{name}/set", ContainerCommand, 1, False,
    WATCHERS, ("stats",),
    "Restart, start or stop; refused unless `STATS_CONTAINERS_CONTROLLED` names it",
)  # fmt: skip
HOST_EVENT: Topic[HostEvent] = Topic(
    "host/{node}/event", HostEvent, 1, False,
    ("stats",), ("ws-bridge", *HOME), "Under-voltage, throttling or a full disk began or ended",
)  # fmt: skip

# Alarms
ALARM_CONFIG: Topic[AlarmDefinition] = Topic(
    "alarm/{id}/config", AlarmDefinition, 1, True,
    ("alarms",), ("alarms", "media", "ws-bridge", *HOME), "The definition of an alarm",
)  # fmt: skip
ALARM_STATE: Topic[AlarmState] = Topic(
    "alarm/{id}/state", AlarmState, 1, True,
    ("alarms",), ("alarms", "media", "ws-bridge", *HOME), "How an alarm does",
)  # fmt: skip
ALARM_SET: Topic[bytes] = Topic(
    "alarm/{id}/set", bytes, 1, False,
    ("ws-bridge", *HOME), ("alarms",),
    "A word (enable, disable, skip, unskip, snooze, dismiss, test) "
    "or a JSON object of fields to change",
)  # fmt: skip
ALARM_NEXT: Topic[AlarmNext | None] = Topic(
    "alarm/next", AlarmNext | None, 1, True,
    ("alarms",), ("ws-bridge", "media", *HOME), "The alarm that rings next, null when none does",
)  # fmt: skip
ALARM_EVENT: Topic[AlarmEvent] = Topic(
    "alarm/event", AlarmEvent, 1, False,
    ("alarms",), ("media", "ws-bridge", *HOME), "An alarm began, ended, was snoozed or went wrong",
)  # fmt: skip
ALARM_REQUEST: Topic[Request] = Topic(
    "alarm/request/{verb}", Request, 1, False,
    ("ws-bridge", *WATCHERS, RELAY), ("alarms",),
    "add and update (the fields of alarms.json), delete (`id`), list",
)  # fmt: skip
ALARM_RESPONSE: Topic[Response] = Topic(
    "alarm/response/{verb}", Response, 1, False,
    ("alarms",), ("ws-bridge", *WATCHERS, RELAY),
    "The answer, with the `transaction` of the request",
)  # fmt: skip

# The clock
CLOCK_REQUEST: Topic[Request] = Topic(
    "clock/request/{verb}", Request, 1, False,
    ("ws-bridge", "operator"), ("alarms",),
    "open, close, zone, add, delete, stop, snooze, end; each names its `session` by its hash",
)  # fmt: skip
CLOCK_RESPONSE: Topic[Response] = Topic(
    "clock/response/{verb}", Response, 1, False,
    ("alarms",), ("ws-bridge", "operator"), "The answer, with the `transaction` of the request",
)  # fmt: skip
CLOCK_SESSION: Topic[ClockSession] = Topic(
    "clock/session/{hash}", ClockSession, 0, True,
    ("alarms",), ("alarms", "ws-bridge", *WATCHERS),
    "A session, retained only while a connection holds it",
)  # fmt: skip

# Sound
AUDIO_FORMAT: Topic[AudioFormat] = Topic(
    "audio/{stream}/format", AudioFormat, 1, True,
    ("media",), ("media", "alarms", "ws-bridge", *HOME), "What a stream carries now",
)  # fmt: skip
AUDIO_PCM: Topic[bytes] = Topic(
    "audio/{stream}/pcm", bytes, 0, False,
    ("media",), ("ws-bridge", *HOME), "Raw PCM, at most 4096 bytes, paced at 0.9 x real time",
)  # fmt: skip
AUDIO_LISTENERS: Topic[AudioListeners] = Topic(
    "audio/{stream}/listeners/{node}/{service}", AudioListeners, 1, True,
    ("ws-bridge",), ("media", *WATCHERS), "How many clients of a bridge get a stream",
)  # fmt: skip

# Displays
DISPLAY_BITMAP: Topic[bytes] = Topic(
    "display/{id}/bitmap", bytes, 1, True,
    ("media",), ("media", "ws-bridge", *HOME),
    "The packed picture for a display that is told by topic",
)  # fmt: skip
DISPLAY_FRAME: Topic[DisplayFrame] = Topic(
    "display/{id}/frame", DisplayFrame, 1, True,
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
DISPLAY_STATE: Topic[DisplayState] = Topic(
    "display/{id}/state", DisplayState, 1, True,
    ("media",), ("media", "ws-bridge", *HOME), "How a display does",
)  # fmt: skip
DISPLAY_REQUEST: Topic[Request] = Topic(
    "display/request/{verb}", Request, 1, False,
    ("ws-bridge", *WATCHERS), ("media",),
    "list, approve, rotate, forget, log, update (`id`, the fields to change), join (`policy`), "
    "import (what an older server knew of a display, with the hash of its token), "
    "profiles, add (`id`, `profile`), show (`id`, `picture` or `page`, `for_seconds`), hide",
)  # fmt: skip
DISPLAY_RESPONSE: Topic[Response] = Topic(
    "display/response/{verb}", Response, 1, False,
    ("media",), ("ws-bridge", *WATCHERS), "The answer, with the `transaction` of the request",
)  # fmt: skip

# Jobs
JOB_STATE: Topic[JobState] = Topic(
    "job/{name}/state", JobState, 1, True,
    ("media",), ("media", "ws-bridge", *WATCHERS), "How a job does",
)  # fmt: skip
JOB_SET: Topic[str] = Topic(
    "job/{name}/set", JobCommand, 1, False,
    ("ws-bridge", *WATCHERS), ("media",), "Run or cancel it, or have it run by its cron line",
)  # fmt: skip
JOB_REQUEST: Topic[Request] = Topic(
    "job/request/{verb}", Request, 1, False,
    ("ws-bridge", *WATCHERS), ("media",),
    "list, run (`name`, `params`), cancel, log (`name`, `run`), "
    "update (`name` and enabled, cron or params)",
)  # fmt: skip
JOB_RESPONSE: Topic[Response] = Topic(
    "job/response/{verb}", Response, 1, False,
    ("media",), ("ws-bridge", *WATCHERS), "The answer, with the `transaction` of the request",
)  # fmt: skip

# Photos
PHOTO_REQUEST: Topic[Request] = Topic(
    "photo/request/{verb}", Request, 1, False,
    ("ws-bridge", *WATCHERS), ("media",),
    "list, rate (`opinion` and `number`, or `display`: what that shows), scan",
)  # fmt: skip
PHOTO_RESPONSE: Topic[Response] = Topic(
    "photo/response/{verb}", Response, 1, False,
    ("media",), ("ws-bridge", *WATCHERS), "The answer, with the `transaction` of the request",
)  # fmt: skip

# What dashboards show
SOURCE_REQUEST: Topic[Request] = Topic(
    "source/request/{verb}", Request, 1, False,
    ("ws-bridge", *WATCHERS), ("media",), "list, refresh (`name`)",
)  # fmt: skip
SOURCE_RESPONSE: Topic[Response] = Topic(
    "source/response/{verb}", Response, 1, False,
    ("media",), ("ws-bridge", *WATCHERS), "The answer, with the `transaction` of the request",
)  # fmt: skip
DASHBOARD_REQUEST: Topic[Request] = Topic(
    "dashboard/request/{verb}", Request, 1, False,
    ("ws-bridge", *WATCHERS), ("media",),
    "themes; preview and check (`theme`, or its `files` in base64; for a preview `profile`, or "
    "`width` and `height`, and `facts`: now, sample, long, old, none)",
)  # fmt: skip
DASHBOARD_RESPONSE: Topic[Response] = Topic(
    "dashboard/response/{verb}", Response, 1, False,
    ("media",), ("ws-bridge", *WATCHERS),
    "The answer, with the `transaction` of the request; a preview's `png` is base64",
)  # fmt: skip
VALUE: Topic[bytes] = Topic(
    "value/{group}/{name}/{field}", bytes, 1, True,
    ("ws-bridge", *HOME), ("media", "ws-bridge", *HOME),
    "A value for dashboards, text or JSON; with this as its base Home Assistant's "
    "`mqtt_statestream` publishes its entities here",
)  # fmt: skip

# Panels
PANEL_EVENT: Topic[PanelEvent] = Topic(
    "panel/{id}/event", PanelEvent, 1, False,
    ("serial-bridge",), ("ws-bridge", *HOME), "A press, or what it plays began or ended",
)  # fmt: skip
PANEL_BUTTON: Topic[str] = Topic(
    "panel/{id}/button/{n}", ButtonAction, 1, False,
    ("serial-bridge",), ("ws-bridge", *HOME),
    "A press or release, for Home Assistant's device triggers",
)  # fmt: skip
PANEL_STATE: Topic[PanelState] = Topic(
    "panel/{id}/state", PanelState, 1, True,
    ("serial-bridge",), ("media", "serial-bridge", "ws-bridge", *HOME), "How a panel does",
)  # fmt: skip
PANEL_SET: Topic[bytes] = Topic(
    "panel/{id}/set", bytes, 1, False,
    ("ws-bridge", *HOME), ("serial-bridge",),
    "JSON: one of led, led_on, led_off (a button), leds (clear or all), play (a button), "
    "stop (true), ended (a button, with the `sequence` of its play where that is known)",
)  # fmt: skip

# Devices of the relay, and what any device says of itself
DEVICE_CONFIG: Topic[DeviceConfig] = Topic(
    "device/{id}/config", DeviceConfig, 1, True,
    ("operator",), ("ws-bridge", "operator"), "Who a device of the relay is, and its rights",
)  # fmt: skip
DEVICE_STATE: Topic[DeviceState] = Topic(
    "device/{id}/state", DeviceState, 1, True,
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
    "status", Availability, 0, False,
    ("homeassistant",), (*SERVICES, "operator"), "Home Assistant has started, or is about to stop",
    base="discovery",
)  # fmt: skip
DISCOVERY: Topic[bytes] = Topic(
    "device/{root}-{service}/{node}/config", bytes, 1, True,
    ("{service}", "homeassistant"), ("{service}", *WATCHERS),
    "A service's entities on the host's device, in Home Assistant's form", base="discovery",
)  # fmt: skip

TOPICS: tuple[Topic[Any], ...] = (
    AVAILABILITY, HEALTH, LOG,
    HOST_STATS, HOST_CONTAINERS, CONTAINER_SET, HOST_EVENT,
    ALARM_CONFIG, ALARM_STATE, ALARM_SET, ALARM_NEXT, ALARM_EVENT, ALARM_REQUEST, ALARM_RESPONSE,
    CLOCK_REQUEST, CLOCK_RESPONSE, CLOCK_SESSION,
    AUDIO_FORMAT, AUDIO_PCM, AUDIO_LISTENERS,
    DISPLAY_BITMAP, DISPLAY_FRAME, DISPLAY_PREVIEW, DISPLAY_SET,
    PANEL_EVENT, PANEL_BUTTON, PANEL_STATE, PANEL_SET,
    DISPLAY_STATE, DISPLAY_REQUEST, DISPLAY_RESPONSE,
    JOB_STATE, JOB_SET, JOB_REQUEST, JOB_RESPONSE,
    PHOTO_REQUEST, PHOTO_RESPONSE,
    DASHBOARD_REQUEST, DASHBOARD_RESPONSE, SOURCE_REQUEST, SOURCE_RESPONSE, VALUE,
    DEVICE_CONFIG, DEVICE_STATE, DEVICE_READING, DEVICE_EVENT, DEVICE_SET,
    BIRTH, DISCOVERY,
)  # fmt: skip
