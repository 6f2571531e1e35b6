"""When things happen: the alarm engine."""
