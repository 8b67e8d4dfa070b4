"""How many people each level needs, hour by hour, to keep its clocks (ADR 14)."""
