"""Each rule of the purity lint fires on what it forbids, and on nothing that looks like it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tools.check_core_purity import check, check_source, main

FORBIDDEN = {
    "datetime.now": ("clock", "from datetime import datetime\ndef f(): return datetime.now()"),
    "datetime.now with a zone": ("clock", "import datetime\ndef f(tz): return datetime.datetime.now(tz)"),
    "datetime.now under another name": ("clock", "import datetime as dt\ndef f(): return dt.datetime.now()"),
    "datetime.utcnow": ("clock", "from datetime import datetime as when\ndef f(): return when.utcnow()"),
    "datetime.today": ("clock", "from datetime import datetime\ndef f(): return datetime.today()"),
    "date.today": ("clock", "from datetime import date\ndef f(): return date.today()"),
    "now as a default": ("clock", "from datetime import datetime\ndef f(now=datetime.now()): return now"),
    "the clock, handed on": (
        "clock",
        "from datetime import datetime\ndef f(clock=datetime.now): return clock()",
    ),
    "time": ("clock", "import time\ndef f(): return time.monotonic()"),
    "sleep": ("clock", "from time import sleep\ndef f(): sleep(1)"),
    "random": ("chance", "import random\ndef f(): return random.random()"),
    "secrets": ("chance", "import secrets\ndef f(): return secrets.token_hex()"),
    "uuid4": ("chance", "from uuid import uuid4\ndef f(): return uuid4()"),
    "os.urandom": ("chance", "from os import urandom\ndef f(): return urandom(8)"),
    "os.environ": ("machine", "import os\ndef f(): return os.environ['HOME']"),
    "environ imported": ("machine", "from os import environ\ndef f(): return environ['HOME']"),
    "sys.argv": ("machine", "import sys\ndef f(): return sys.argv"),
    "open": ("io", "def f(path): return open(path)"),
    "print": ("io", "def f(x): print(x)"),
    "input": ("io", "def f(): return input()"),
    "sys.stdout": ("io", "import sys\ndef f(): sys.stdout.write('x')"),
    "pathlib": ("io", "from pathlib import Path\ndef f(): return Path('x').read_text()"),
    "logging": ("io", "import logging\nlog = logging.getLogger()"),
    "eval": ("dynamic", "def f(text): return eval(text)"),
    "importlib": ("dynamic", "import importlib\ndef f(name): return importlib.import_module(name)"),
    "hash": ("hash", "def bucket(name): return hash(name) % 10"),
    "id": ("hash", "def key(case): return id(case)"),
    "global": ("global", "count = 0\ndef f():\n    global count\n    count += 1"),
    "a list that grows": ("shared", "SEEN = []\ndef f(x): SEEN.append(x)"),
    "a dict that fills": ("shared", "CACHE: dict[str, int] = {}\ndef f(x): CACHE[x] = 1"),
    "a dict that empties": ("shared", "CACHE = dict()\ndef f(x):\n    del CACHE[x]"),
    "a default that appears": (
        "shared",
        "from collections import defaultdict\nBY = defaultdict(list)\ndef f(x): BY[x].append(1)",
    ),
    "a dict inside a dict": ("shared", "TREE = {'a': {}}\ndef f(): TREE['a']['b'] = 1"),
    "a counter": ("shared", "import itertools\nIDS = itertools.count()\ndef f(): return next(IDS)"),
    "a class attribute": ("shared", "class Box:\n    seen = ()\ndef f(x): Box.seen = x"),
    "changed in a lambda": ("shared", "SEEN = set()\nnote = lambda x: SEEN.add(x)"),
    "changed by += on an item": ("shared", "COUNTS = {}\ndef f(x): COUNTS[x] += 1"),
    "async def": ("async", "async def f(): return 1"),
    "except Exception": ("broad-except", "def f():\n    try: g()\n    except Exception: pass"),
    "bare except": ("broad-except", "def f():\n    try: g()\n    except: pass"),
    "broad among others": (
        "broad-except",
        "def f():\n    try: g()\n    except (KeyError, BaseException): pass",
    ),
    "suppress(Exception)": (
        "broad-except",
        "from contextlib import suppress\ndef f():\n    with suppress(Exception): g()",
    ),
    "for over a set": ("set-order", "def f(a):\n    for x in set(a): yield x"),
    "tuple of a set": ("set-order", "def f(a): return tuple({x.name for x in a})"),
    "list of a difference": ("set-order", "def f(a, b): return list(set(a) - b)"),
    "join of a set": ("set-order", "def f(a): return ', '.join({str(x) for x in a})"),
    "list comprehension over a set": ("set-order", "def f(a): return [x.name for x in frozenset(a)]"),
}

ALLOWED = {
    "now handed in": "from datetime import datetime\ndef f(now: datetime): return now.replace(hour=0)",
    "an instant from data": "from datetime import datetime\ndef f(text): return datetime.fromisoformat(text)",
    "an argument called time": "def f(time): return time.hour",
    "an argument called print": "def f(print): return print('x')",
    "a field called id": "class Case:\n    id: str\ndef f(case): return case.id",
    "a list of one's own": "def f(xs):\n    out = []\n    for x in xs: out.append(x)\n    return out",
    "a local with a module's name": "NAMES = []\ndef f():\n    NAMES = []\n    NAMES.append(1)",
    "a table built at import": "TABLE = {}\nfor word in ('a', 'b'):\n    TABLE[word] = len(TABLE)",
    "a table that is read": "TABLE = {'a': 1}\ndef f(x): return TABLE[x]",
    "remembering a pure answer": "from functools import lru_cache\n@lru_cache(maxsize=9)\ndef f(x): return x",
    "a named exception": "def f(x):\n    try: return int(x)\n    except ValueError: return 0",
    "a set in order": "def f(a):\n    for x in sorted(set(a)): yield x",
    "asking a set": "def f(a, b): return a in set(b), any(x for x in set(b)), len(set(a))",
    "a set from a set": "def f(a): return {x.name for x in set(a)}",
}


@pytest.mark.parametrize(("code", "source"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_rule_fires_on_what_it_forbids(code, source):
    assert code in {finding.code for finding in check_source(source)}


@pytest.mark.parametrize("source", ALLOWED.values(), ids=ALLOWED.keys())
def test_pure_code_is_let_be(source):
    assert check_source(source) == []


def test_a_finding_says_where_what_why_and_what_instead():
    source = textwrap.dedent("""
        from datetime import datetime

        def age(case):
            return datetime.now() - case.opened_at
        """)
    (finding,) = check_source(source, "core/age.py")
    assert str(finding) == (
        "core/age.py:5:12: clock: `datetime.now`: a replay would see another time; take `now` as an argument"
    )


def test_every_file_below_the_folder_is_read(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "fine.py").write_text("x = 1\n")
    (tmp_path / "deep" / "bad.py").write_text("print('x')\n")
    assert [Path(finding.file).name for finding in check(tmp_path)] == ["bad.py"]


def test_the_exit_status_tells_pure_from_impure(tmp_path: Path):
    said: list[str] = []
    (tmp_path / "one.py").write_text("x = 1\n")
    assert main([str(tmp_path)], said.append) == 0
    (tmp_path / "two.py").write_text("print('x')\n")
    assert main([str(tmp_path)], said.append) == 1
    assert said[-1].startswith("1 findings in")
