"""Runs the service: python -m stats."""

from shared.lifecycle import main
from stats.service import run
from stats.settings import Settings

main("stats", Settings, run)
