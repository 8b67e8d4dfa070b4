"""Guidance: what to do or say next in a conversation, and why. ``guide(view)`` gives zero to three suggestions."""

from leeway.core.guidance.choose import Suggestion, guide
from leeway.core.guidance.view import Spoken, View
from leeway.core.guidance.wording import Wording

__all__ = ["Spoken", "Suggestion", "View", "Wording", "guide"]
