from __future__ import annotations

import io

from leeway.channels.base import Accepted, Outgoing
from leeway.channels.print import REMEMBERED, Channel, Config


def message(number=1, **changes):
    told = {"key": f"k{number}", "to": "ana", "subject": f"Case C-{number}", "body": "Wants her money back."}
    return Outgoing(**{**told, **changes})


def test_it_prints_what_there_is_to_know():
    paper = io.StringIO()
    assert Channel(Config(), file=paper).send(message(urgency="now")) == Accepted(by="terminal", id="k1")
    assert all(word in paper.getvalue() for word in ("Case C-1", "Wants her money back.", "ana", "now"))


def test_it_remembers_the_last_ones():
    channel = Channel(Config(), file=io.StringIO())
    for number in range(REMEMBERED + 5):
        channel.send(message(number))
    assert [channel.sent[0].key, channel.sent[-1].key] == ["k5", f"k{REMEMBERED + 4}"]
    assert len(channel.sent) == REMEMBERED


def test_a_customers_words_cannot_play_with_the_terminal():
    paper = io.StringIO()
    Channel(Config(), file=paper).send(
        message(subject="\x1b]0;owned\x07[bold]Hello[/bold]", body="\x1b[2J\rgone [red]and[/red]\x9b1m")
    )
    assert not set(paper.getvalue()) & set("\x1b\x07\r\x9b")
    assert "[red]and[/red]" in paper.getvalue()
