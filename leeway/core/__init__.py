"""The pure heart: facts in, events out. No I/O, no clock, no randomness, no framework."""
