"""The strict reader: texts stay what was typed, every mistake has its place, and all come at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.packs.reader import MOST_CHARACTERS, Node, Problem, Problems, read


def problems_of(node: Node) -> list[str]:
    return [str(problem) for problem in node.problems]


def refusal(text) -> str:
    with pytest.raises(Problems) as refused:
        read(text, "f.yaml")
    return str(refused.value)


def value(text) -> Node:
    return read(f"key: {text}\n", "f.yaml").mapping(("key",))["key"]


@pytest.mark.parametrize(
    "text", ["no", "on", "off", "y", "12:30", "010", "0x10", "1_000", "1e3", "~", "null", "2026-01-01"]
)
def test_a_plain_word_is_the_text_that_was_typed(text):
    node = value(text)
    assert node.text() == text
    assert node.problems == ()


def test_every_mistake_is_reported_in_one_go_and_in_the_order_of_the_file():
    root = read("name: Shop\nsize: many\nlevel: superviser\nlvel: x\n", "shop.yaml")
    fields = root.mapping(("name", "size", "level"), required=("name", "team"))
    fields["level"].word(("agent", "supervisor", "manager"))
    fields["size"].whole_number(low=1)
    fields["name"].name()
    with pytest.raises(Problems) as found:
        root.finish()
    assert str(found.value).splitlines() == [
        'shop.yaml:1:1: found a mapping without "team", expected the key "team"',
        'shop.yaml:1:7: found "Shop", expected a name of small letters, digits and _ that starts with a letter',
        'shop.yaml:2:7: found "many", expected a whole number of 1 or more',
        'shop.yaml:3:8: found "superviser", expected one of agent, supervisor, manager (did you mean "supervisor"?)',
        'shop.yaml:4:1: found the key "lvel", expected one of name, size, level (did you mean "level"?)',
    ]


def test_a_problem_knows_its_path():
    root = read("rules:\n  - when: {tier: [gold, silver]}\n", "f.yaml")
    item = root.mapping(("rules",))["rules"].sequence()[0]
    item.mapping(("when",))["when"].mapping(("tier",))["tier"].words(("gold",))
    assert [problem.path for problem in root.problems] == ["rules[0].when.tier[1]"]


def test_a_missing_field_reads_as_empty_and_is_noted_once():
    root = read("a: 1\n", "f.yaml")
    missing = root.mapping(("a", "b"), required=("b",))["b"]
    read_as = (
        missing.text(),
        missing.words(("x",)),
        missing.whole_number(),
        missing.yes_no(),
        missing.sequence(),
    )
    assert read_as == ("", (), 0, False, [])
    assert missing.mapping(("c",), required=("c",))["c"].pair()[0].is_missing
    assert problems_of(root) == ['f.yaml:1:1: found a mapping without "b", expected the key "b"']


def test_a_doubled_key_is_noted_and_the_first_one_counts():
    root = read("a: 1\na: 2\n", "f.yaml")
    assert root.mapping(("a",))["a"].raw == "1"
    assert problems_of(root) == ['f.yaml:2:1: found "a" again, expected each key once (first in line 1)']


def test_a_warning_does_not_stop_the_file_from_being_used():
    node = value("1")
    node.note("something else", warning=True)
    node.finish()
    assert problems_of(node) == ['f.yaml:1:6: warning: found "1", expected something else']


@pytest.mark.parametrize(
    ("text", "ask", "expected"),
    [
        ("yes", Node.yes_no, True),
        ("no", Node.yes_no, False),
        ("'true'", Node.yes_no, True),
        ("12", Node.whole_number, 12),
        ("-3", Node.whole_number, -3),
        ("0.25", Node.number, 0.25),
        ("front_line", Node.name, "front_line"),
        ("[a, b]", Node.names, ("a", "b")),
        ("a", Node.names, ("a",)),
    ],
)
def test_values_are_converted_when_they_are_asked_for(text, ask, expected):
    node = value(text)
    assert ask(node) == expected
    assert node.problems == ()


@pytest.mark.parametrize(
    ("text", "ask", "message"),
    [
        ("010", Node.whole_number, 'found "010", expected a whole number (write 10)'),
        ("1_000", Node.whole_number, 'found "1_000", expected a whole number'),
        ("1.5", Node.whole_number, 'found "1.5", expected a whole number'),
        ("9999999999999999999", Node.whole_number, 'found "9999999999999999999", expected a whole number'),
        ("1e3", Node.number, 'found "1e3", expected a number'),
        (".nan", Node.number, 'found ".nan", expected a number'),
        ("Yes", Node.yes_no, 'found "Yes", expected yes or no (did you mean "yes"?)'),
        ("[yes]", Node.yes_no, "found a list, expected yes or no"),
        ("", Node.text, "found nothing, expected a text"),
        ('"  "', Node.text, "found nothing, expected a text"),
        ("{a: b}", Node.text, "found a mapping, expected a text"),
        ("[a]", Node.mapping, "found a list, expected a mapping"),
        ("a", Node.sequence, 'found "a", expected a list'),
        ("{a: b}", Node.names, "found a mapping, expected a value or a list"),
        ("{a: b, c: d}", Node.pair, 'found a mapping with 2 keys, expected one "name: value" per list item'),
        (
            "Größe",
            Node.name,
            'found "Größe", expected a name of small letters, digits and _ that starts with a letter',
        ),
    ],
)
def test_a_value_of_another_kind_is_noted(text, ask, message):
    node = value(text)
    ask(node, ()) if ask == Node.mapping else ask(node)
    assert problems_of(node) == [f"f.yaml:1:{6 if text else 5}: {message}"]


def test_bounds_are_part_of_what_is_expected():
    node = value("12")
    node.whole_number(high=9)
    node.number(low=20)
    node.number(low=0, high=1)
    assert [problem.expected for problem in node.problems] == [
        "a whole number of at most 9",
        "a number of 20 or more",
        "a number from 0 to 1",
    ]


def test_words_are_listed_once():
    node = value("[gold, gold]")
    node.words(("gold", "silver"))
    assert problems_of(node) == ['f.yaml:1:13: found "gold" for the second time, expected each of them once']


def test_a_place_inside_a_text_is_pointed_at_where_that_is_exact():
    plain, in_quotes, folded = value("one two"), value('"one two"'), value('"one\n  two"')
    for node in (plain, in_quotes, folded):
        node.note("three", found='"two"', at=4)
    assert [node.problems[0].column for node in (plain, in_quotes, folded)] == [10, 11, 6]


def test_a_conversion_that_fails_says_why():
    def even(text: str) -> int:
        if int(text) % 2:
            raise ValueError("three is odd")
        return int(text)

    assert value("4").converted(even, "an even number", 0) == 4
    node = value("3")
    assert node.converted(even, "an even number", 0) == 0
    assert problems_of(node) == ['f.yaml:1:6: found "3", expected an even number (three is odd)']


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml:1:1: found an empty file, expected a mapping"),
        ("   \n\n", "f.yaml:1:1: found an empty file, expected a mapping"),
        ("# only words\n", "f.yaml:1:1: found only comments, expected a mapping"),
        (b"a: b\nc: \xe9t\xe9\n", "f.yaml:2:4: found the byte 0xe9, expected text in UTF-8 (save the file as UTF-8)"),
        ("a: b\nc: \0\n", "f.yaml:2:4: found the control character U+0000, expected plain text"),
        ("a:\n\t- b\n", "f.yaml:2:1: found a tab, expected spaces (YAML indents with spaces only)"),
        ("a: &x [1]\nb: *x\n", "f.yaml:1:4: found the anchor &x, expected the value written out"),
        ("a: *x\n", "f.yaml:1:4: found the alias *x, expected the value written out"),
        ("a: !!python/object:os.system x\n",
         "f.yaml:1:4: found the tag tag:yaml.org,2002:python/object:os.system, expected a plain value"),
        ("a: 1\n---\nb: 2\n", 'f.yaml:2:1: found a second document ("---"), expected one document in a file'),
        ("[" * 1000, "f.yaml:1:21: found more than 20 levels of nesting, expected a flatter file"),
        ("x" * (MOST_CHARACTERS + 1), "f.yaml:1:1: found 1000001 characters, expected a file of at most 1000000"),
    ],
)  # fmt: skip
def test_what_has_no_place_in_such_a_file_is_refused(text, message):
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: {tier: not [bronze]}", "f.yaml:1:15: "),
        ("a: >= 3\n", "f.yaml:1:5: "),
        ("a: [1,\n", "f.yaml:2:1: "),
    ],
)
def test_text_that_is_not_yaml_is_refused_at_its_place_with_advice(text, place):
    said = refusal(text)
    assert said.startswith(place + "found text that is not YAML: ")
    assert said.endswith("(a text with : # [ ] { } or a leading > needs quotes)")


def test_a_key_that_is_no_text_is_noted():
    root = read("? [a, b]\n: 1\n", "f.yaml")
    root.mapping(("a",))
    assert problems_of(root) == ["f.yaml:1:3: found a list, expected a key of plain text"]


def test_a_byte_order_mark_is_no_mistake():
    assert read(b"\xef\xbb\xbfa: 1\n", "f.yaml").mapping(("a",))["a"].raw == "1"


def test_problems_can_be_sent_to_a_page():
    problem = Problem("f.yaml", 1, 2, "a", '"x"', "y")
    assert (problem.line, problem.severity, str(problem)) == (1, "error", 'f.yaml:1:2: found "x", expected y')


@given(
    st.one_of(
        st.text(max_size=200),
        st.binary(max_size=200),
        st.text(alphabet="ab:-[]{},\"'#&*!|>%@ \n\t", max_size=60),
    )
)
def test_any_text_is_read_or_refused_with_a_place(text):
    places = []
    try:
        root = read(text, "f.yaml")
        root.mapping(("a",))
        root.finish()
    except Problems as refused:
        places = [(problem.line, problem.column) for problem in refused.problems]
        assert places
    assert all(line >= 1 and column >= 1 for line, column in places)
