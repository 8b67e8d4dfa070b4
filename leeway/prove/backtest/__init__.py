"""A changed policy against the recorded history: what would have been different (ADR 13)."""
