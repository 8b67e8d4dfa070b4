"""The use cases: what happens between a fact that comes in and the rows that keep it. No database in here."""
