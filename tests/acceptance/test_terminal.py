"""The README's section on the shell, typed into a real terminal, and what a person sees there."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for its neighbours

from terminal import Terminal
from test_transcripts import README, blocks
from transcript import commands_of, plain

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(Terminal.missing()), reason=Terminal.missing() or "tmux is there"),
]


@pytest.fixture
def terminal(tmp_path):
    with Terminal(tmp_path, f"armwright-{os.getpid()}-{tmp_path.name}") as terminal:
        yield terminal


def missing(expected, seen):
    """The lines of a text that are not on the screen, in its order."""
    left = iter(seen)
    return [line for line in expected if line not in left]


def test_the_readme_is_what_one_sees_on_a_terminal_from_init_to_best(terminal, tmp_path):
    text = README.read_text(encoding="utf-8")
    section = text.partition("## From a shell\n")[2].partition("\n## ")[0]
    commands = commands_of(blocks(section))
    last = next(i for i, (command, _) in enumerate(commands) if command.split()[1] == "best")
    differences = []
    for command, expected in commands[: last + 1]:
        lines, code = terminal.type(command)
        seen = plain("\n".join(lines).replace(str(tmp_path), "/home/ada")).splitlines()
        lost = missing(plain(expected).splitlines(), seen)
        if lost or code != 0:
            differences.append((command, code, lost, seen))
    assert differences == []


def test_on_a_terminal_the_display_of_a_worker_is_gone_when_it_ends(terminal):
    terminal.type("armwright init")
    terminal.type("armwright create runs/first --from experiment.yml")
    words = "--lr {lr} --layers {layers} --activation {activation}"
    lines, code = terminal.type(
        f"armwright worker runs/first --count 2 -- python3 objective.py {words}"
    )
    assert code == 0
    assert [line.split()[:2] for line in lines if "completed" in line] == [
        ["0", "completed"],
        ["1", "completed"],
    ]
    assert not any("running" in line and "ended" in line for line in lines)  # the foot
    assert lines[-1] == "done (count): 2 trials ended"


def test_a_person_who_presses_ctrl_c_gets_the_prompt_back(terminal):
    terminal.type("armwright init")
    terminal.type("armwright create runs/first --from experiment.yml")
    lines, code = terminal.type("armwright watch runs/first", until="20", key="C-c")
    assert code == 130
    assert any(line.startswith("20") and "created" in line for line in lines)
    assert any(line.endswith("stopped") for line in lines)  # after ^C
    assert not any("Traceback" in line for line in lines)
