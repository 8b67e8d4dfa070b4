"""Looks for what would make the core depend on anything but its arguments.

    python tools/check_core_purity.py leeway/core

``decide`` serves live traffic, replays last year and explains old decisions only because the same
arguments always give the same answer. The import contracts keep whole modules out; this lint finds what
needs no forbidden import: ``datetime.now()``, ``open``, a list at module level that grows, the order of a
set. One line for each finding, with the reason and the way out; no comment silences it. What it cannot
see (a clock hidden in an argument, a list changed under another name) is found by the test that replays
every log.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    code: str
    why: str
    instead: str


CLOCK = Rule("clock", "a replay would see another time", "take `now` as an argument")
CHANCE = Rule("chance", "a replay would draw another value", "take the value as an argument")
MACHINE = Rule("machine", "the answer would depend on where it runs", "let wiring read it and hand it in")
IO = Rule("io", "the core reads and writes nothing", "return an Event and let the desk act on it")
GLOBAL = Rule("global", "the second call would answer differently", "take the value, return the new one")
SHARED = Rule(
    code="shared",
    why="what one case leaves there, the next one finds",
    instead="return a new value, or remember an expensive one with functools.lru_cache",
)
WAITS = Rule("async", "the core waits for nothing", "write a plain function")
BROAD = Rule("broad-except", "it would hide a wrong decision", "name the exception that is expected here")
HASH = Rule("hash", "it differs from process to process", "use a key made of the data itself")
ORDER = Rule("set-order", "the order of a set differs from process to process", "wrap it in sorted(...)")
DYNAMIC = Rule("dynamic", "nobody can see what runs", "call the function by its name")

# What may not be imported, called or read: by its full name, with everything below it.
FORBIDDEN: dict[str, Rule] = {
    **dict.fromkeys(("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"), CLOCK),
    **dict.fromkeys(("datetime.date.today", "time"), CLOCK),
    **dict.fromkeys(("random", "secrets", "uuid", "os.urandom"), CHANCE),
    **dict.fromkeys(("os", "sys.argv", "sys.path", "platform"), MACHINE),
    **dict.fromkeys(("sys.stdin", "sys.stdout", "sys.stderr"), IO),
    **dict.fromkeys(("pathlib", "io", "socket", "subprocess", "logging", "shutil", "tempfile"), IO),
    "importlib": DYNAMIC,
}
FORBIDDEN_BUILTINS: dict[str, Rule] = {
    **dict.fromkeys(("open", "print", "input", "breakpoint"), IO),
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), DYNAMIC),
    **dict.fromkeys(("hash", "id"), HASH),
}
MAKES_MUTABLE = frozenset(
    """
    list dict set bytearray collections.defaultdict collections.deque collections.Counter
    collections.OrderedDict itertools.count itertools.cycle
    """.split()
)
CHANGES = frozenset(
    """
    append extend insert remove pop popitem clear sort reverse add discard update setdefault
    appendleft popleft extendleft rotate subtract __setitem__ __delitem__
    intersection_update difference_update symmetric_difference_update
    """.split()
)
KEEPS_ORDER = frozenset(("list", "tuple", "enumerate", "iter", "next", "zip", "map", "filter"))
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, order=True)
class Finding:
    file: str
    line: int
    column: int
    code: str
    what: str
    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.what}: {self.why}; {self.instead}"


def check_source(source: str, file: str = "<core>") -> list[Finding]:
    """Every finding in one file's text, in the order of its lines."""
    return sorted(set(_Reader(file).read(ast.parse(source, file))))


def check(folder: Path) -> list[Finding]:
    """Every finding in the Python files under ``folder``."""
    files = sorted(folder.rglob("*.py"))
    return [
        finding for path in files for finding in check_source(path.read_text(encoding="utf-8"), str(path))
    ]


class _Reader(ast.NodeVisitor):
    """Walks one file. ``visit_*`` are Python's names for "what to do with this kind of node"."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.full_names: dict[str, str] = {}
        self.mutables: set[str] = set()
        self.classes: set[str] = set()
        self.inside: list[frozenset[str]] = []  # for each function around this place, the names it owns

    def read(self, module: ast.Module) -> list[Finding]:
        self.full_names = _imported_names(module)
        self.mutables = {name for name, value in _module_values(module) if self._is_mutable(value)}
        self.classes = {node.name for node in module.body if isinstance(node, ast.ClassDef)}
        self.visit(module)
        return self.findings

    def report(self, node: ast.AST, rule: Rule, what: str) -> None:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        self.findings.append(Finding(self.file, line, column, rule.code, what, rule.why, rule.instead))

    # ------------------------------------------------------------------ names that reach outside

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._check_name(node, alias.name, f"import {alias.name}")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._check_name(node, f"{node.module}.{alias.name}", f"from {node.module} import {alias.name}")

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) or self._is_local(node.id):
            return
        if node.id in self.full_names:
            self._check_name(node, self.full_names[node.id], node.id)
        elif node.id in FORBIDDEN_BUILTINS:
            self.report(node, FORBIDDEN_BUILTINS[node.id], f"`{node.id}`")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        full_name = self._full_name(node)
        if full_name is None:
            self.generic_visit(node)
        else:
            self._check_name(node, full_name, ast.unparse(node))
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._check_change(node, node.value)

    def _check_name(self, node: ast.AST, full_name: str, shown: str) -> None:
        for forbidden, rule in FORBIDDEN.items():
            if full_name == forbidden or full_name.startswith(f"{forbidden}."):
                self.report(node, rule, f"`{shown}`")
                return

    def _full_name(self, node: ast.expr) -> str | None:
        """After ``import datetime as dt``, ``dt.date`` is ``datetime.date``; what is not imported is None."""
        match node:
            case ast.Name(id=name) if not self._is_local(name):
                return self.full_names.get(name)
            case ast.Attribute(value=value, attr=attribute):
                owner = self._full_name(value)
                return None if owner is None else f"{owner}.{attribute}"
        return None

    def _is_local(self, name: str) -> bool:
        return any(name in names for names in self.inside)

    # ------------------------------------------------------------------ state that outlives a call

    def visit_Global(self, node: ast.Global) -> None:
        self.report(node, GLOBAL, f"`global {', '.join(node.names)}`")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._check_change(node, node.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=owner, attr=method) if method in CHANGES:
                self._check_change(node, owner)
            case ast.Name(id="next") if node.args:
                self._check_change(node, node.args[0])
        self._check_order_of_arguments(node)
        self.generic_visit(node)

    def _check_change(self, node: ast.AST, owner: ast.expr) -> None:
        """Reports a change, made in a function, of something the module (or a class) keeps."""
        root = owner
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if not self.inside or not isinstance(root, ast.Name) or self._is_local(root.id):
            return
        on_a_class = root.id in self.classes and not isinstance(node, ast.Call)
        if root.id in self.mutables or on_a_class:
            self.report(node, SHARED, f"`{ast.unparse(owner)}` is changed")

    def _is_mutable(self, value: ast.expr | None) -> bool:
        match value:
            case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
                return True
            case ast.Call(func=function):
                name = self._full_name(function) or (function.id if isinstance(function, ast.Name) else "")
                return name in MAKES_MUTABLE
        return False

    # ------------------------------------------------------------------ functions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.report(node, WAITS, f"`async def {node.name}`")
        self._enter(node)

    def visit_Await(self, node: ast.Await) -> None:
        self.report(node, WAITS, "`await`")
        self.generic_visit(node)

    def _enter(self, node: Function) -> None:
        self.inside.append(_own_names(node))
        self.generic_visit(node)
        self.inside.pop()

    # ------------------------------------------------------------------ errors

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(one is None or _is_broad(one) for one in caught):
            self.report(node, BROAD, "`except" + (f" {ast.unparse(node.type)}`" if node.type else "`"))
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            self._check_suppress(item.context_expr)
        self.generic_visit(node)

    def _check_suppress(self, manager: ast.expr) -> None:
        if not isinstance(manager, ast.Call) or self._full_name(manager.func) != "contextlib.suppress":
            return
        if any(_is_broad(one) for one in manager.args):
            self.report(manager, BROAD, f"`{ast.unparse(manager)}`")

    # ------------------------------------------------------------------ the order of sets

    def visit_For(self, node: ast.For) -> None:
        self._check_order(node.iter)
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._check_order(node.generators[0].iter)
        self.generic_visit(node)

    def _check_order_of_arguments(self, node: ast.Call) -> None:
        joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
        if joins or (isinstance(node.func, ast.Name) and node.func.id in KEEPS_ORDER):
            for argument in node.args:
                self._check_order(argument)

    def _check_order(self, node: ast.expr) -> None:
        if _is_set(node):
            self.report(node, ORDER, f"walks through `{ast.unparse(node)}`")


def _imported_names(module: ast.Module) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return names


def _module_values(module: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=annotated):
                yield name, annotated


def _own_names(function: Function) -> frozenset[str]:
    """The arguments of a function and the names it binds itself, without those of functions inside it."""
    arguments = function.args
    every = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    names = {argument.arg for argument in every if argument is not None}
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    bound = (
        node for node in _walk_here(body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return frozenset(names.union(node.id for node in bound))


def _walk_here(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from _walk_here(ast.iter_child_nodes(node))


def _is_broad(caught: ast.expr) -> bool:
    return isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}


def _is_set(node: ast.expr) -> bool:
    """Whether this is plainly a set: written as one, or made of such by `|`, `&`, `-`, `^`."""
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), left=left, right=right):
            return _is_set(left) or _is_set(right)
    return False


def main(folders: list[str], say: Callable[[str], None] = print) -> int:
    """Prints the findings and returns 1 when there are any."""
    findings = [finding for folder in folders for finding in check(Path(folder))]
    for finding in findings:
        say(str(finding))
    say(f"{len(findings)} findings in {', '.join(folders)}" if findings else f"{', '.join(folders)}: pure")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["leeway/core"]))
