"""Bringing recorded history in: conversations, customers, and whole exports.

History goes through the same decisions as live traffic, as of its own time: nobody is told, and the log reads as if
Leeway had been there.
"""
