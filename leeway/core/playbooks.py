"""Playbooks: which move helps when, and how to say it. Plain data, read from a file by ``leeway.packs.playbooks``."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Move = Literal[
    "acknowledge",
    "paraphrase",
    "own_it",
    "ask",
    "offer",
    "set_a_time",
    "explain_honestly",
    "give_choices",
    "slow_down",
    "follow_up",
    "consult",
    "hand_over",
    "say_nothing",
]
MOVES: tuple[Move, ...] = get_args(Move)


class Play(msgspec.Struct, frozen=True, omit_defaults=True):
    """One move: it is worth making while all of ``when`` and none of ``unless`` are seen (names of ``signs.SIGNS``).

    ``weight`` (1 to 100) ranks it among the moves worth making. Of the texts in ``say`` and ``why`` the first whose
    blanks the case can fill is taken; a play without one is passed over. ``adds`` says what other signs, where they
    are seen, add to the weight or take from it: several moves for one moment are ranked by what else is true of it.
    """

    name: str
    move: Move
    when: tuple[str, ...]
    weight: int
    why: tuple[str, ...]
    say: tuple[str, ...]
    unless: tuple[str, ...] = ()
    adds: dict[str, int] = {}


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of evidence that something is wrong: the phrases that show it (none: a shape the engine knows) and
    what it adds to the log-odds. Below zero it speaks for calm.
    """

    weighs: float
    words: tuple[str, ...] = ()


class Playbook(msgspec.Struct, frozen=True, omit_defaults=True):
    """What helps against one reason to escalate (``policy.Reason``, or ``any``)."""

    name: str
    reason: str
    plays: tuple[Play, ...]


class Guidance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a house changes about the shipped guidance.

    ``playbooks`` with a shipped name stand in its place, others are added; ``without`` names playbooks or plays
    (``playbook.play``) that are not used. ``most`` is the number of suggestions shown at once; 0 switches them off.
    """

    most: int = 3
    without: tuple[str, ...] = ()
    playbooks: tuple[Playbook, ...] = ()


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question worth asking about matters that hold one of these words, until one of these kinds was told."""

    name: str
    ask: str
    about: tuple[str, ...] = ()
    unless_told: tuple[str, ...] = ()


class WordingFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The playbooks of one language with what their texts are built from.

    ``words`` are lists of phrases in the small language of ``core.reading.phrases``. ``mirror`` turns the customer's
    words into ours ("my" is "your"); a language without it quotes them instead. ``nouns`` says how things are called
    in a sentence: a want, an offer, a reference, a feeling.
    """

    language: str
    playbooks: tuple[Playbook, ...]
    words: dict[str, tuple[str, ...]] = {}
    mirror: dict[str, str] = {}
    nouns: dict[str, dict[str, str]] = {}
    questions: tuple[Question, ...] = ()
    strain: dict[str, Evidence] = {}
