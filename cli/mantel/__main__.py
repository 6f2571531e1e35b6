"""Runs the command: python -m mantel."""

from mantel.command import main

main()
