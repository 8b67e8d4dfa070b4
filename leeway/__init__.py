"""Leeway: sees customer escalations coming, and keeps every promise made on the way."""

__version__ = "0.1.0"
