"""Button panels on serial lines."""
