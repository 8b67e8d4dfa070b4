"""Markdown as HTML that can do nothing: no HTML of the author's, no pictures, no links to scripts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from leeway.core.knowledge import Passage

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only pages with articles need it

    reader = (
        MarkdownIt("commonmark", {"html": False, "linkify": False})
        .enable("table")
        .disable(["image", "html_inline"])
    )
    reader.disable("html_block")
    return reader


def rendered(text: str) -> SafeString:
    """The article for a page. Links leave without saying where from."""
    html = _markdown().render(text)
    # The page has its own h1; an article's begin one lower. Its text is escaped, so these are its own tags.
    for level in range(5, 0, -1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    return mark_safe(html.replace("<a href=", '<a rel="noreferrer noopener" href='))  # noqa: S308 - see above


def marked(passage: Passage) -> SafeString:
    """The passage with the words of the question marked."""
    parts: list[tuple[str, str]] = []
    at = 0
    for start, end in passage.marks:
        parts.append((passage.text[at:start], passage.text[start:end]))
        at = end
    marks = format_html_join("", "{}<mark>{}</mark>", parts)
    return format_html("{}{}", marks, passage.text[at:])
