"""Names and notes of others, as in a store that was shared, move no cursor of a terminal."""

import json

import pytest

from armwright.store import ExperimentFolder

WILD = "\x1b]0;gone\x07\x1b[2J\r\x9b2J"


@pytest.fixture
def wild(asked):
    """An experiment with control characters in every name and note that may hold some."""
    (asked / f"t/00000/{WILD}.json").write_text("{}")
    folder = ExperimentFolder.open(asked)
    document = {"state": "failed", "reason": f"crash{WILD}", "note": WILD}
    folder.end(0, 1, document)
    (asked.parent / f"e{WILD}").mkdir()
    (asked.parent / f"e{WILD}" / "experiment.json").write_text(WILD)
    return asked


@pytest.mark.parametrize(
    "words",
    [
        ("show", "."),
        ("show", ".", "0"),
        ("log", "."),
        ("status", "."),
        ("verify", "."),
        ("gc", "."),
        ("explain", ".", "0"),
        ("watch", ".", "--for", "0"),
        ("delete", ".", "--yes"),
        ("list", ".."),
    ],
    ids=" ".join,
)
def test_what_is_printed_holds_no_control_characters(words, wild, run):
    verb, place, *rest = words
    url = wild if place == "." else wild.parent
    result = run(verb, url, *rest)
    shown = result.stdout + result.stderr
    assert [letter for letter in shown if not letter.isprintable() and letter not in "\n\t"] == []
    assert shown
    assert result.exit_code != 2


def test_an_error_names_it_without_them(wild, run):
    result = run("show", wild.parent / f"e{WILD}")
    assert result.exit_code != 0
    assert "\x1b" not in result.stderr


def test_json_holds_the_names_as_they_are(wild, run):
    (name,) = (path.name for path in wild.parent.iterdir() if "\x1b" in path.name)
    found = json.loads(run("list", wild.parent, "--json").stdout)
    assert name in [item["name"] for item in found["experiments"]]
