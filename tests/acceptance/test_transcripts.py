"""The README's section on the shell, and further transcripts, played and compared line by line."""

import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for transcript.py

from transcript import commands_of, play

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"


def blocks(section):
    """The indented blocks of a section, without their indent."""
    lines = [
        line
        for line in section.splitlines()
        if line.startswith("    ") or not line  # tables and prose are none
    ]
    return textwrap.dedent("\n".join(lines))


@pytest.mark.slow
def test_the_readme_is_what_one_sees_from_init_to_best(tmp_path):
    text = README.read_text(encoding="utf-8")
    section = text.partition("## From a shell\n")[2].partition("\n## ")[0]
    commands = commands_of(blocks(section))
    verbs = [command.split()[1] for command, _ in commands]
    assert [verb for verb in verbs if verb in ("init", "worker", "best")] == [
        *("init", "worker", "best"),
    ]
    assert play(commands, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((HERE / "transcripts").glob("*.txt")), ids=lambda p: p.stem)
def test_a_transcript_is_what_one_sees(path, tmp_path):
    commands = commands_of(path.read_text(encoding="utf-8"))
    assert commands
    assert play(commands, tmp_path) == []


def test_a_transcript_that_differs_is_told(tmp_path):
    commands = commands_of("intro\n$ echo 1\n1\n$ echo 2\n3\n\n$ false\n")
    assert [(seen[0], seen[1]) for seen in play(commands, tmp_path)] == [
        ("echo 2", "3"),
        ("false", "exit code 0"),
    ]
