"""The text of an experiment file: three languages, read alike, and faults named by their line."""

import sys

import pytest

from armwright.errors import UsageError
from armwright.persistence.document_text import document_from_text, language_of

YAML = """
# tuning
budget: 25
objective:
  metric: loss
  minimize: true
parameters:
  - {name: lr, type: range, bounds: [1e-5, 1.0], log_scale: true}
  - name: mode
    type: choice
    values: [on, "no", 2026-11-22]
"""


def test_yaml_is_read_as_people_mean_it():
    found = document_from_text(YAML, source="e.yml")
    assert found["budget"] == 25
    assert found["parameters"][0]["bounds"] == [1e-5, 1.0]
    assert found["parameters"][1]["values"] == ["on", "no", "2026-11-22"]
    assert found["objective"]["minimize"] is True


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1e-5", 1e-5),
        ("1E3", 1000.0),
        ("010", 10),
        ("-3", -3),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.inf", -float("inf")),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("yes", "yes"),
        ("True", True),
        ("null", None),
        ("~", None),
        ("'1'", "1"),
    ],
)
def test_a_yaml_scalar_has_the_type_of_the_core_schema(word, value):
    found = document_from_text(f"a: {word}", source="e.yml")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: [1\n", "line 3, column 1"),
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: the key 'a' is there twice"),
        ("a: 1\n3: 2\n", "line 2, column 1: a key should be a text, got 3"),
        ("a:\n  b: 1\n b: 2\n", "line 3"),
        ("a: !!python/object:os.system x", "line 1"),
    ],
)
def test_faulty_yaml_is_refused_with_its_line(text, problem):
    with pytest.raises(UsageError, match=f"e.yml is not YAML: {problem}"):
        document_from_text(text, source="e.yml")


def test_a_list_is_no_experiment():
    with pytest.raises(UsageError, match="should be a table of keys such as parameters, got"):
        document_from_text("- a\n- b\n", source="e.yml")


def test_without_the_library_yaml_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UsageError, match="YAML needs a library that is not installed") as caught:
        document_from_text(YAML, source="e.yml")
    assert "pip install 'armwright[yaml]'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "source", "language"),
    [
        ("# x\n\nbudget: 3", "standard input", "YAML"),
        ("---\nbudget: 3", "standard input", "YAML"),
        ("parameters:\n", "standard input", "YAML"),
        ("budget = 3", "standard input", "TOML"),
        ("[objective]\nmetric = 'a: b'", "standard input", "TOML"),
        ("name = 'a: b'", "standard input", "TOML"),
        ('{"a": 1}', "standard input", "JSON"),
        ("a", "e.YAML", "YAML"),
        ("{}", "e.toml", "JSON"),
        ("{}", "e.yml", "YAML"),
        ("a", "e.toml", "TOML"),
        ("a = 1", "e.json", "JSON"),
    ],
)
def test_the_language_is_told_by_the_ending_or_by_the_first_line(text, source, language):
    assert language_of(text, source) == language
