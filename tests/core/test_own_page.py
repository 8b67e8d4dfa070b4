"""The customer's link: in the message that leaves, and nowhere else."""

from __future__ import annotations

import pytest

from leeway.core.own_page import with_link


@pytest.mark.parametrize(
    ("text", "link", "said"),
    [
        ("Follow it at {link}.", "https://h/c/1", "Follow it at https://h/c/1."),
        ("We are on it. Follow it at {link}. Priya", "", "We are on it. Priya"),
        ("No link here.", "https://h/c/1", "No link here."),
        ("Your page: {link}\nPriya", "", "Priya"),
    ],
)
def test_a_message_holds_the_link_or_does_without_the_sentence(text, link, said):
    assert with_link(text, link) == said
