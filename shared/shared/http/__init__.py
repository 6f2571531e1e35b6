"""A small HTTP server over httptools, for services with few paths; see docs/adr/0010 and 0013.

A service that imports this declares httptools itself: the others need not have it.
"""
