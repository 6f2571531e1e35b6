"""The shape of every JSON payload, one frozen struct each, a module a subject.

Fields are snake_case with the unit last; times end in `_at` and carry their offset;
an absent value is null.
A field's description is its documentation, and its `Metric` is how Home Assistant shows it:
reference, AsyncAPI and discovery are all made from here. Pure.
"""

from shared.payloads.alarm import (
    AlarmDefinition,
    AlarmEvent,
    AlarmNext,
    AlarmState,
    AlarmStatus,
    Weekday,
)
from shared.payloads.audio import AudioFormat, AudioListeners
from shared.payloads.clock import ClockAlarm, ClockSession
from shared.payloads.device import DeviceConfig, DeviceState, hash_token
from shared.payloads.display import DisplayFrame, DisplayMode, DisplayState
from shared.payloads.host import (
    Container,
    ContainerCommand,
    ContainerStatus,
    Disk,
    HostEvent,
    HostStats,
    Network,
)
from shared.payloads.job import JobCommand, JobState
from shared.payloads.panel import ButtonAction, PanelEvent, PanelProfile, PanelState
from shared.payloads.service import Availability, Health, LogLine, Request, Response
from shared.payloads.time import Time

__all__ = [
    "AlarmDefinition",
    "AlarmEvent",
    "AlarmNext",
    "AlarmState",
    "AlarmStatus",
    "Weekday",
    "ClockAlarm",
    "ClockSession",
    "AudioFormat",
    "AudioListeners",
    "DeviceConfig",
    "DeviceState",
    "hash_token",
    "DisplayFrame",
    "DisplayMode",
    "DisplayState",
    "Container",
    "ContainerCommand",
    "ContainerStatus",
    "Disk",
    "HostEvent",
    "HostStats",
    "Network",
    "JobCommand",
    "JobState",
    "Availability",
    "Health",
    "LogLine",
    "Request",
    "Response",
    "Time",
    "ButtonAction",
    "PanelEvent",
    "PanelProfile",
    "PanelState",
]
