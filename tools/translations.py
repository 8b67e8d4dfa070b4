"""Finds every text of the console, says which have no translation, and compiles the catalogues.

    python tools/translations.py            what is missing or left over, by language; exit code 1 if anything is
    python tools/translations.py update     brings the .po files in line: new texts without a translation, old ones gone
    python tools/translations.py compile    writes the .mo files beside the .po files

GNU gettext is not needed: a catalogue is a text file that people edit, and what Django reads is made here.
"""

from __future__ import annotations

import ast
import json
import os
import re
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
WEB = REPOSITORY / "leeway" / "web"
LOCALE = WEB / "locale"
HEAD = "# Edit the msgstr lines; then: python tools/translations.py compile\n"
CONTEXT = "\x04"
"""What gettext puts between a context and its text."""


class Text(NamedTuple):
    """``key`` is the text with its context before it, ``plural`` its other form if it has one."""

    key: str
    plural: str = ""


# --- what the console says --------------------------------------------------------------------------------------------


def texts() -> set[Text]:
    """Every text that a template or a module of the console hands to gettext."""
    found: set[Text] = set()
    for path in sorted(WEB.rglob("*.py")):
        found.update(of_module(path.read_text()))
    for path in sorted((WEB / "templates").rglob("*.html")):
        found.update(of_template(path.read_text()))
    return found


CALLS = {
    "_": 0,
    "gettext": 0,
    "gettext_lazy": 0,
    "gettext_noop": 0,
    "word": 0,
    "ngettext": 0,
    "ngettext_lazy": 0,
}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}


def of_module(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [
            one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if node.func.id in WITH_CONTEXT and len(words) == 2:
            yield Text(CONTEXT.join(words))
        elif node.func.id.startswith("ngettext") and len(words) == 2:
            yield Text(*words)
        elif node.func.id in CALLS and words:
            yield Text(words[0])


def of_template(source: str) -> Iterator[Text]:
    """As Django itself reads it: the text of a ``blocktranslate`` is what is left when its blanks are named."""
    from django.template import Engine  # noqa: PLC0415 - Django is set up first
    from django.template.base import Template  # noqa: PLC0415

    engine = Engine.get_default()
    for node in _nodes(Template(source, engine=engine).nodelist):
        if type(node).__name__ == "TranslateNode":
            text = getattr(node.filter_expression.var, "literal", None) or node.filter_expression.var
            context = node.message_context.var if node.message_context else ""
            yield Text(f"{context}{CONTEXT}{text}" if context else str(text))
        elif type(node).__name__ == "BlockTranslateNode":
            singular, _ = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Text(_trimmed(singular, node), _trimmed(plural, node))


def _trimmed(text: str, node: Any) -> str:  # noqa: ANN401 - one of Django's
    from django.utils.text import normalize_newlines  # noqa: PLC0415

    if not node.trimmed:
        return text
    return re.sub(r"\s*\n\s*", " ", normalize_newlines(text).strip())


def _nodes(nodes: Any) -> Iterator[Any]:  # noqa: ANN401 - Django's nodes
    for node in nodes:
        yield node
        for inner in ("nodelist", "nodelist_loop", "nodelist_empty", "nodelist_true", "nodelist_false"):
            yield from _nodes(getattr(node, inner, None) or ())
        for _condition, branch in getattr(node, "conditions_nodelists", ()):
            yield from _nodes(branch)


# --- catalogues -------------------------------------------------------------------------------------------------------

_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) )?("(?:[^"\\]|\\.)*")')


def read(path: Path) -> dict[Text, tuple[str, ...]]:
    """The translations of a ``.po`` file; the head stands under the empty text."""
    found: dict[Text, tuple[str, ...]] = {}
    for block in re.split(r"\n\s*\n", path.read_text().strip()):
        parts: dict[str, str] = {}
        last = ""
        for line in block.splitlines():
            match = _LINE.fullmatch(line.strip())
            if match is None:
                if not line.startswith("#"):
                    raise SystemExit(f"{path.name}: cannot read this line: {line}")
                continue
            last = match[1] or last
            parts[last] = parts.get(last, "") + ast.literal_eval(match[2])
        if "msgid" in parts:
            context = f"{parts['msgctxt']}{CONTEXT}" if "msgctxt" in parts else ""
            said = tuple(words for name, words in sorted(parts.items()) if name.startswith("msgstr"))
            found[Text(context + parts["msgid"], parts.get("msgid_plural", ""))] = said
    return found


def written(catalogue: dict[Text, tuple[str, ...]]) -> str:
    """The ``.po`` of a catalogue, its texts sorted."""
    blocks = []
    for text, said in sorted(catalogue.items()):
        context, separator, words = text.key.rpartition(CONTEXT)
        lines = [f"msgctxt {_quoted(context)}"] if separator else []
        lines.append(f"msgid {_quoted(words)}")
        if text.plural:
            lines.append(f"msgid_plural {_quoted(text.plural)}")
            lines += [f"msgstr[{number}] {_quoted(form)}" for number, form in enumerate(said)]
        else:
            lines.append(f"msgstr {_quoted(said[0])}")
        blocks.append("\n".join(lines))
    return HEAD + "\n\n".join(blocks) + "\n"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def compiled(catalogue: dict[Text, tuple[str, ...]]) -> bytes:
    """The catalogue as GNU's ``.mo``: two tables of lengths and places, then the texts, sorted."""
    entries = sorted(
        ("\0".join(filter(None, text)).encode(), "\0".join(said).encode())
        for text, said in catalogue.items()
        if all(said)
    )
    originals, translations = bytearray(), bytearray()
    places = []
    for text, said in entries:
        places.append((len(originals), len(text), len(translations), len(said)))
        originals += text + b"\0"
        translations += said + b"\0"
    count = len(entries)
    first = 28 + 16 * count  # after the head and both tables
    table = b"".join(struct.pack("<II", length, first + at) for at, length, _, _ in places)
    other = b"".join(struct.pack("<II", length, first + len(originals) + at) for _, _, at, length in places)
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + table + other + bytes(originals) + bytes(translations)


def catalogues() -> dict[str, Path]:
    return {path.parts[-3]: path for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))}


def check() -> int:
    wanted = texts()
    wrong = 0
    for language, path in catalogues().items():
        there = read(path)
        missing = sorted(text for text in wanted if not all(there.get(text, ("",))))
        left = sorted(text for text in there if text.key and text not in wanted)
        for text in missing:
            print(
                f"{language}: no translation: {text.key!r}" + (f" / {text.plural!r}" if text.plural else "")
            )
        for text in left:
            print(f"{language}: nobody says this any more: {text.key!r}")
        old = not path.with_suffix(".mo").exists() or path.with_suffix(".mo").read_bytes() != compiled(there)
        if old:
            print(f"{language}: the .mo is not made of this .po: python tools/translations.py compile")
        wrong += len(missing) + len(left) + old
    return 1 if wrong else 0


def update() -> int:
    wanted = texts()
    for path in catalogues().values():
        there = read(path)
        kept = {text: said for text, said in there.items() if text in wanted or not text.key}
        new = {text: ("", "") if text.plural else ("",) for text in wanted if text not in there}
        path.write_text(written(kept | new))
        print(f"{path.relative_to(REPOSITORY)}: {len(new)} new, {len(there) - len(kept)} gone")
    return 0


def compile_all() -> int:
    for path in catalogues().values():
        path.with_suffix(".mo").write_bytes(compiled(read(path)))
        print(f"made {path.with_suffix('.mo').relative_to(REPOSITORY)}")
    return 0


def set_up() -> None:
    """Templates are read by Django's own parser, which wants its settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    os.environ.setdefault("LEEWAY_HOME", tempfile.mkdtemp(prefix="leeway-texts-"))
    import django  # noqa: PLC0415

    django.setup()


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    set_up()
    sys.exit({"update": update, "compile": compile_all}.get("".join(sys.argv[1:]), check)())
