"""The console's second language: nothing is left in English, and what Django reads is made of what people edit."""

from __future__ import annotations

import re

import pytest

from tools import translations

BLANK = re.compile(r"%(?:\([a-z_]+\))?0?\d*[sd]")


def catalogues():
    return sorted(translations.catalogues().items())


def test_there_is_a_second_language():
    assert [language for language, _ in catalogues()] == ["es"]


@pytest.mark.parametrize(("language", "path"), catalogues())
def test_every_text_has_a_translation_and_no_translation_lost_its_text(language, path):
    there, wanted = translations.read(path), translations.texts()
    missing = sorted(text.key for text in wanted if not all(there.get(text, ("",))))
    assert missing == [], "python tools/translations.py update; write the empty msgstr; ... compile"
    assert sorted(text.key for text in there if text.key and text not in wanted) == []


@pytest.mark.parametrize(("language", "path"), catalogues())
def test_a_translation_fills_in_the_same_blanks(language, path):
    for text, said in translations.read(path).items():
        allowed = [sorted(BLANK.findall(text.key)), sorted(BLANK.findall(text.plural or text.key))]
        for form in said if text.key else ():
            assert sorted(BLANK.findall(form)) in allowed, form


@pytest.mark.parametrize(("language", "path"), catalogues())
def test_the_compiled_catalogue_is_made_of_the_one_people_edit(language, path):
    assert path.with_suffix(".mo").read_bytes() == translations.compiled(translations.read(path))


def test_what_we_compile_is_what_gettext_reads(tmp_path):
    import gettext

    po = tmp_path / "a.po"
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "storm"\nmsgid_plural "%(n)s storms"\nmsgstr[0] "tormenta"\nmsgstr[1] "%(n)s tormentas"\n\n'
        'msgctxt "door"\nmsgid "open"\nmsgstr "abierta"\n\nmsgid "open"\nmsgstr "abierto"\n\n'
        'msgid "not yet"\nmsgstr ""\n'
    )
    mo = tmp_path / "a.mo"
    mo.write_bytes(translations.compiled(translations.read(po)))
    with mo.open("rb") as file:
        said = gettext.GNUTranslations(file)
    assert said.ngettext("storm", "%(n)s storms", 1) == "tormenta"
    assert said.ngettext("storm", "%(n)s storms", 3) == "%(n)s tormentas"
    assert (said.gettext("open"), said.pgettext("door", "open")) == ("abierto", "abierta")
    assert said.gettext("not yet") == "not yet"


def test_texts_are_found_where_they_stand():
    module = 'x = _("a"); ngettext("one", "%(n)s", 2); pgettext("where", "b"); print("not this")'
    assert set(translations.of_module(module)) == {
        translations.Text("a"),
        translations.Text("one", "%(n)s"),
        translations.Text("where\x04b"),
    }
    template = (
        "{% load i18n %}{% if a %}{% translate 'c' context 'here' %}{% else %}{% for b in c %}"
        "{% blocktranslate count n=1 with x=b trimmed %}\n one {{ x }}\n{% plural %} {{ n }} {% endblocktranslate %}"
        "{% empty %}{% translate 'd' %}{% endfor %}{% endif %}"
    )
    assert set(translations.of_template(template)) == {
        translations.Text("here\x04c"),
        translations.Text("one %(x)s", "%(n)s"),
        translations.Text("d"),
    }
