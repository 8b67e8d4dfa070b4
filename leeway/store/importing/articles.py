"""Articles from a folder, a ZIP of a site, or a help centre's export (JSON, JSON Lines, CSV).

Each is known by where it came from, so that a second run changes what has changed there and nothing else, an
interrupted one simply runs again, and what somebody edited here is not overwritten. What cannot be taken is named with
its reason; the rest goes in.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from leeway.core.refusals import Refusal
from leeway.store import knowledge
from leeway.store.importing.from_html import markdown
from leeway.store.knowledge import KINDS, Kind, Text

LARGEST_FILE = 2_000_000
LARGEST_EXPORT = 200_000_000
MOST_FILES = 50_000
PAGES = frozenset({".md", ".markdown", ".html", ".htm"})
EXPORTS = frozenset({".json", ".jsonl", ".ndjson", ".csv"})

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_FIRST_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken in, and why."""

    what: str
    why: str


@dataclass(slots=True)
class Report:
    """``edited_here``: changed there and here; ours stays."""

    new: int = 0
    changed: int = 0
    same: int = 0
    edited_here: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every article that does not say it itself."""

    source: str = "import"
    kind: Kind = "article"
    product: str = ""
    region: str = ""
    language: str = ""


class NoArticles(Refusal):
    """There is nothing to import there."""


Found = Text | Refused


def import_articles(
    where: Path, defaults: Defaults, *, now: datetime, told: Callable[[Report], object] = lambda _: None
) -> Report:
    """Takes in everything there is. Raises ``NoArticles`` when that is nothing we can read."""
    report = Report()
    for found in read(where, defaults):
        if isinstance(found, Refused):
            report.refused.append(found)
            continue
        try:
            outcome = knowledge.take_in(found, at=now)
        except Refusal as refusal:
            report.refused.append(Refused(found.external, refusal.sentence))
        else:
            name = outcome.replace(" ", "_")
            setattr(report, name, getattr(report, name) + 1)
        told(report)
    return report


def read(where: Path, defaults: Defaults) -> Iterator[Found]:
    """What there is to import, one by one."""
    if where.is_dir():
        yield from _folder(where, defaults)
    elif zipfile.is_zipfile(where):
        yield from _zip(where, defaults)
    elif where.suffix.lower() in EXPORTS | PAGES:
        yield from _file(where.name, where.read_bytes(), defaults)
    else:
        raise NoArticles(f"{where.name} is no folder, no ZIP and no export ({', '.join(sorted(EXPORTS))}).")


def _folder(where: Path, defaults: Defaults) -> Iterator[Found]:
    files = [
        path for path in sorted(where.rglob("*")) if path.is_file() and path.suffix.lower() in PAGES | EXPORTS
    ]
    if not files:
        raise NoArticles(f"There is no {', '.join(sorted(PAGES | EXPORTS))} in {where.name}.")
    for path in files:
        name = path.relative_to(where).as_posix()
        if path.is_symlink():
            yield Refused(name, "a link to somewhere else")
        elif path.stat().st_size > _most(name):
            yield Refused(name, "larger than an article may be")
        else:
            yield from _file(name, path.read_bytes(), defaults)


def _most(name: str) -> int:
    return LARGEST_EXPORT if Path(name).suffix.lower() in EXPORTS else LARGEST_FILE


def _zip(where: Path, defaults: Defaults) -> Iterator[Found]:
    with zipfile.ZipFile(where) as archive:
        members = [one for one in archive.infolist() if Path(one.filename).suffix.lower() in PAGES | EXPORTS]
        if not members:
            raise NoArticles(f"There is no {', '.join(sorted(PAGES | EXPORTS))} in {where.name}.")
        if sum(one.file_size for one in members) > LARGEST_EXPORT or len(members) > MOST_FILES:
            raise NoArticles(f"{where.name} unpacks to more than we take at once.")
        for one in sorted(members, key=lambda one: one.filename):
            if one.file_size > _most(one.filename):
                yield Refused(one.filename, "larger than an article may be")
            else:
                yield from _file(one.filename, archive.read(one), defaults)


def _file(name: str, data: bytes, defaults: Defaults) -> Iterator[Found]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Refused(name, "not in UTF-8")
        return
    suffix = Path(name).suffix.lower()
    if suffix in PAGES:
        yield _page(name, text, defaults, html=suffix.startswith(".htm"))
        return
    try:
        rows = _csv(text) if suffix == ".csv" else _json(text, lines=suffix != ".json")
        for number, row in enumerate(rows, 1):
            yield _row(f"{name}:{number}", row, defaults)
    except (ValueError, csv.Error) as trouble:
        yield Refused(name, f"cannot be read: {str(trouble)[:200]}")


# --- pages


def _page(name: str, text: str, defaults: Defaults, *, html: bool) -> Found:
    if html:
        title, body = markdown(text)
        return _text(name, {"title": title, "text": body}, defaults)
    matter: dict[str, Any] = {}
    front = _FRONT_MATTER.match(text)
    if front is not None:
        try:
            read: Any = yaml.safe_load(front[1]) or {}
        except yaml.YAMLError:
            return Refused(name, "its front matter is no YAML")
        if not isinstance(read, dict):
            return Refused(name, "its front matter is no list of names and values")
        matter, text = read, text[front.end() :]
    heading = _FIRST_HEADING.match(text)
    if heading is not None and not matter.get("title"):
        matter["title"], text = heading[1], text[heading.end() :]
    if not matter.get("title"):
        matter["title"] = Path(name).stem.replace("-", " ").replace("_", " ").capitalize()
    return _text(name, {**matter, "text": text}, defaults)


# --- exports


def _json(text: str, *, lines: bool) -> Iterator[Mapping[str, Any]]:
    document: Any = (
        [json.loads(line) for line in text.splitlines() if line.strip()] if lines else json.loads(text)
    )
    if isinstance(document, dict):
        document = next(
            (document[key] for key in ("articles", "results", "items", "data") if key in document), None
        )
    if not isinstance(document, list):
        raise ValueError("no list of articles (as a list, or under `articles`)")  # noqa: TRY004 - of the file
    yield from document


def _csv(text: str) -> Iterator[Mapping[str, Any]]:
    rows = csv.DictReader(io.StringIO(text))
    names = {name.strip().lower() for name in rows.fieldnames or ()}
    if "title" not in names or not names & {"text", "body", "html", "content"}:
        raise ValueError("a table of articles has the columns `title` and `text` (or `body`, `html`)")
    for row in rows:
        yield {str(name).strip().lower(): value for name, value in row.items() if name is not None}


def _row(name: str, row: Any, defaults: Defaults) -> Found:  # noqa: ANN401 - whatever a file holds
    """One article of an export. Help centres call the same things by several names."""
    if not isinstance(row, dict):
        return Refused(name, "no article but a bare value")
    if row.get("draft") in (True, "true", "True") or row.get("state") in ("draft", "unpublished"):
        return Refused(name, "a draft there")
    plain = row.get("text") or row.get("markdown")
    told = {**row, "text": plain or ""}
    if not plain:
        title, told["text"] = markdown(str(row.get("body") or row.get("html") or row.get("content") or ""))
        told["title"] = row.get("title") or row.get("name") or title
    told["language"] = row.get("language") or row.get("locale") or ""
    own = row.get("id") or row.get("url") or row.get("html_url")
    return _text(str(own or name), told, defaults)


def _text(external: str, told: Mapping[str, Any], defaults: Defaults) -> Found:
    def said(key: str, default: str) -> str:
        value = told.get(key)
        return str(value).strip() if value not in (None, "") else default

    title, text = " ".join(said("title", "").split()), said("text", "")
    if not text:
        return Refused(external, "no text")
    if not title:
        return Refused(external, "no title")
    kind = said("kind", defaults.kind)
    if kind not in KINDS:
        return Refused(external, f"of no kind we know: {kind[:40]}")
    return Text(
        title=title[:300],
        text=text.replace("\x00", ""),
        kind=kind,
        product=said("product", defaults.product)[:200],
        region=said("region", defaults.region)[:60],
        language=said("language", defaults.language)[:10].split("-")[0].lower(),
        source=defaults.source,
        external=external[:500],
    )
