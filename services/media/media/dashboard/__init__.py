"""Dashboards: pages of what is known, drawn by themes."""
