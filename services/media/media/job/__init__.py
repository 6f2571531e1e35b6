"""Jobs: work that is done at times, one after the other, and what is kept of it."""
