"""Runs the service: python -m serial_bridge."""

from serial_bridge.service import run
from serial_bridge.settings import Settings
from shared.lifecycle import main

main("serial-bridge", Settings, run)
