"""Recognise the signs of an escalating conversation in one message.

    pack = languages.load("en").cues
    cues = read_cues(pack, "This is the third time I explain it. Get me your manager!")

A pack is data, one file a language; the machines here know no language. The order of work is in ``read``.
"""

from leeway.core.cues.pack import CueData, CuePack, compile_pack
from leeway.core.cues.read import Reading, read, read_cues
from leeway.core.cues.tokens import READ_LIMIT
from leeway.core.cues.weigh import (
    ALERT_DISTRESS,
    CLEAR_STRENGTH,
    DISTRESS_WEIGHT,
    SPEAKS_FOR_ITSELF,
    distress,
    is_alert_worthy,
)

__all__ = [
    "ALERT_DISTRESS",
    "CLEAR_STRENGTH",
    "DISTRESS_WEIGHT",
    "READ_LIMIT",
    "SPEAKS_FOR_ITSELF",
    "CueData",
    "CuePack",
    "Reading",
    "compile_pack",
    "distress",
    "is_alert_worthy",
    "read",
    "read_cues",
]
