"""A help page's HTML as plain Markdown: headings, paragraphs, lists. Scripts, menus and forms are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LEFT_OUT = frozenset(
    "script style nav header footer form button select noscript svg iframe template aside".split()
)
BLOCKS = frozenset("p div section article main br tr table ul ol blockquote pre figure dl dt dd".split())
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}

_BLANKS = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v]*")
_MANY_LINES = re.compile(r"\n{3,}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.parts: list[str] = []
        self._out = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in LEFT_OUT:
            self._out += 1
        elif tag == "title":
            self._in_title = True
        elif tag in HEADINGS:
            self.parts.append(f"\n\n{HEADINGS[tag]} ")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in LEFT_OUT:
            self._out = max(0, self._out - 1)
        elif tag == "title":
            self._in_title = False
        elif tag in HEADINGS or tag in BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._out:
            self.parts.append(re.sub(r"\s+", " ", data))


def markdown(html: str) -> tuple[str, str]:
    """The page's title and its text. The first heading is the title where the page names none."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _MANY_LINES.sub("\n\n", _BLANKS.sub("\n", "".join(reader.parts))).strip()
    title = " ".join(reader.title.split())
    first = re.match(r"#{1,6} (.+)", text)
    if first is not None and (not title or title.startswith(first[1])):
        return first[1].strip(), text[first.end() :].strip()
    return title, text
