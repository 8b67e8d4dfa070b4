"""The hot path: one thread that decides and commits facts in groups, with plain SQL on both databases."""
