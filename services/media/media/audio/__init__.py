"""Sound: from a file or a formula to a stream of PCM."""
