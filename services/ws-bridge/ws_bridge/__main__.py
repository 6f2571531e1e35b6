"""Runs the service: python -m ws_bridge."""

from shared.lifecycle import main
from ws_bridge.service import run
from ws_bridge.settings import Settings

main("ws-bridge", Settings, run)
