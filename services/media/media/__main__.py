"""Runs the service: python -m media."""

from media.service import run
from media.settings import Settings
from shared.lifecycle import main

main("media", Settings, run)
