"""Runs the service: python -m alarms."""

from alarms.service import run
from alarms.settings import Settings
from shared.lifecycle import main

main("alarms", Settings, run)
