"""Writes docs/reference/api.md and docs/reference/cli.md from the product itself.

    python tools/write_reference.py

A test holds the two files against what this would write, so that they never lag behind.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
GENERATED = "<!-- Written by tools/write_reference.py: change the code, not this page. -->\n"


# --- the API


def api_page(document: dict[str, Any]) -> str:
    """The OpenAPI document as a page."""
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append("\n".join(_operation(path, method, operation)))
    parts = [GENERATED, "# API\n", document["info"]["description"] + "\n"]
    parts.append("The same for machines, with every type: `GET /api/v1/openapi.json`.\n")
    for tag in ("facts", "cases", "acting", "assist", "offers", "policy", "proving", "roster"):
        parts += [f"## {tag.capitalize()}\n", *sorted(by_tag.pop(tag))]
        if tag == "facts":
            parts += _facts(document["components"]["schemas"])
    assert not by_tag, f"no place on the page for {sorted(by_tag)}"  # noqa: S101 - a tool for ourselves
    return "\n".join(parts)


def _facts(schemas: dict[str, Any]) -> Iterator[str]:
    """Every kind of fact that may be sent in, with its fields."""
    from leeway.core.facts import INTERNAL_FACTS  # noqa: PLC0415

    ours = {kind.__name__ for kind in INTERNAL_FACTS}
    yield "### Kinds of facts\n"
    yield (
        "Every fact has `fact` (its kind), `id` (yours, unique within `source`) and `at`, and says where it belongs: "
        "`case`, our number, or `interaction`, your conversation's id. `by` is the person of yours who acted.\n"
    )
    common = ("fact", "id", "at", "source", "case", "interaction", "by")
    for one in schemas["Fact"]["anyOf"]:
        name = one["$ref"].rpartition("/")[2]
        schema = schemas[name]
        if name in ours:
            continue
        needed = schema.get("required", ())
        own = [(key, told) for key, told in schema["properties"].items() if key not in common]
        yield f"#### `{schema['properties']['fact']['enum'][0]}`\n"
        if schema.get("description"):
            yield " ".join(schema["description"].replace("``", "`").split()) + "\n"
        rows = [(key, "needed" if key in needed else "", _kind(told)) for key, told in own]
        yield from _table(("field", "", "kind"), rows)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {method.upper()} {path}\n"
    yield f"{operation['summary'].rstrip('.')}. {operation.get('description', '')}".strip() + "\n"
    rows = [
        (one["name"], _kind(one["schema"]), one.get("description", ""))
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    ]
    yield from _table(("query", "kind", ""), rows)
    body = operation.get("requestBody", {}).get("content", {})
    for media, content in body.items():
        schema = content["schema"]
        if "$ref" in schema:
            yield f"Takes `{media}`: {_kind(schema)}.\n"
            continue
        needed = schema.get("required", ())
        fields = [
            (name, "needed" if name in needed else "", _kind(told), told.get("description", ""))
            for name, told in sorted(schema["properties"].items(), key=lambda pair: pair[0] not in needed)
        ]
        yield f"Takes `{media}`:\n"
        yield from _table(("field", "", "kind", ""), fields)
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            kinds = [_kind(content["schema"]) for content in response.get("content", {}).values()]
            yield f"Answers {status}: {', '.join(kinds) or 'nothing'}.\n"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value != "")
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"] if one.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "anything"))


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(heads)} |"
        yield "|" + "---|" * len(heads)
        for name, *rest in rows:
            yield f"| `{name}` | {' | '.join(rest)} |".replace("\n", " ")
        yield ""


def openapi() -> dict[str, Any]:
    os.environ.setdefault("LEEWAY_HOME", tempfile.mkdtemp())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    import django  # noqa: PLC0415

    django.setup()
    from leeway.web.api.api import api  # noqa: PLC0415

    return dict(api.get_openapi_schema(path_prefix="api/v1/"))


# --- the command line


def cli_page() -> str:
    from leeway.cli import main  # noqa: PLC0415

    parts = [
        GENERATED,
        "# Command line\n",
        "Exit codes: 0 done, 1 something is wrong, 2 it could not be done.\n",
    ]
    return "\n".join([*parts, *_commands("leeway", main)])


def _commands(name: str, group: click.Group) -> Iterator[str]:
    """Every command of a group with its help, and those below it."""
    import click  # noqa: PLC0415

    with click.Context(group, info_name=name) as around:
        for inner in group.list_commands(around):
            command = group.get_command(around, inner)
            assert command is not None  # noqa: S101 - it has just been listed
            path = f"{name} {inner}"
            with click.Context(command, info_name=path, max_content_width=100, terminal_width=100) as context:
                yield f"## {path}\n"
                yield f"```text\n{command.get_help(context)}\n```\n"
            if isinstance(command, click.Group):
                yield from _commands(path, command)


PAGES = {"api.md": lambda: api_page(openapi()), "cli.md": cli_page}


if __name__ == "__main__":
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for page, text in PAGES.items():
        (REFERENCE / page).write_text(text(), encoding="utf-8")
