"""How far a run is, where somebody looks: on a real terminal, in a notebook, nowhere else."""

import os
import pty
import re
import subprocess
import sys

import pytest

from armwright.callbacks.progress_line import ProgressLine, progress_line
from armwright.persistence import StoredExperiment

OPTIMIZE = """
import sys
from armwright import ax

def loss(parameters):
    print("evaluating")
    return parameters["x"] if parameters["x"] <= 0.9 else float("nan")

space = [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]
ax.optimize(
    space, loss, "digits", minimize=True, total_trials=4, random_seed=1,
    progress="--quiet" not in sys.argv,
)
"""


class Screen:
    """Keeps what a line says whenever it changes."""

    def __init__(self):
        self.words = []

    def open(self, line):
        pass

    def changed(self, line):
        self.words.append(line.text)

    close = changed


def on_terminal(*words):
    """What a program shows on a terminal of 100 columns, and its stdout in a file."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-c", OPTIMIZE, *words],
        stdout=subprocess.PIPE,
        stderr=slave,
        env=environment,
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            shown += part
        printed = process.stdout.read().decode()
    os.close(master)
    assert process.returncode == 0, shown
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode()), printed


@pytest.mark.slow
def test_a_terminal_shows_a_line_and_what_is_printed_into_a_file_stays_there():
    shown, printed = on_terminal()
    assert printed == "evaluating\n" * 4
    last = [part for part in re.split(r"[\r\n]+", shown) if "digits" in part][-1]
    assert re.search(r"digits .*4/4  best objective 0\.\d+ in trial \d", last)
    assert "took" in last


@pytest.mark.slow
def test_progress_false_shows_nothing_on_a_terminal():
    assert on_terminal("--quiet") == ("", "evaluating\n" * 4)


LOGGED_OUT = """
import os, sys
from armwright import ax

def loss(parameters):
    if os.isatty(2):
        os.close(int(sys.argv[1]))  # the terminal's other side
    return parameters["x"]

space = [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]
ax.optimize(space, loss, "digits", minimize=True, total_trials=3, random_seed=1)
print("all three")
"""


@pytest.mark.slow
def test_a_run_goes_on_when_its_terminal_has_gone():
    master, slave = pty.openpty()
    command = [sys.executable, "-c", LOGGED_OUT, str(master)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=slave, pass_fds=[master], text=True
    ) as process:
        os.close(slave)
        os.close(master)
        assert process.stdout.read() == "all three\n"


def test_nothing_is_shown_where_nobody_looks(capfd):
    line = progress_line(wanted=True, name="e", total=3, counts=lambda: (0, 0))
    assert line is None
    assert capfd.readouterr() == ("", "")


def test_a_line_says_count_best_failures_rate_and_time_left():
    now, ended = [100.0], [(4, 0)]
    screen = Screen()
    line = ProgressLine(screen, name="e", total=10, counts=lambda: ended[0], clock=lambda: now[0])
    line.show(running=1, best="")
    now[0], ended[0] = 220.0, (6, 1)
    line.show(running=3, best="loss 0.25 in trial 5")
    now[0], ended[0] = 230.0, (10, 1)
    line.show(running=0, best="loss 0.25 in trial 5")
    line.close()
    assert screen.words == [
        "4/10",
        "6/10  best loss 0.25 in trial 5  1 failed  3 running  1/min  4 min left",
        "10/10  best loss 0.25 in trial 5  1 failed  2.77/min",
        "10/10  best loss 0.25 in trial 5  1 failed  2.77/min  took 2.17 min",
    ]


def test_without_a_budget_there_is_no_time_left_to_tell():
    screen = Screen()
    line = ProgressLine(screen, name="e", total=None, counts=lambda: (3, 0), clock=lambda: 1.0)
    line.show(running=1, best="")
    assert screen.words == ["3"]
    assert line.share is None


def test_a_notebook_shows_one_output_that_is_replaced(tmp_path, monkeypatch):
    shell_of = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    capture = pytest.importorskip("IPython.utils.capture").capture_output
    shell = shell_of.instance()
    try:
        monkeypatch.setattr(shell, "kernel", object(), raising=False)  # what notebooks have
        from armwright import ax

        definition = ax.Experiment(
            name="<b>",
            search_space=ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)]),
            optimization_config=ax.OptimizationConfig(
                ax.Objective(ax.Metric("loss"), minimize=True)
            ),
        )
        stored = StoredExperiment.create(tmp_path / "e", definition, budget=2, seed=1)
        with capture() as found:
            for trial in stored.loop():
                stored.tell(trial.number, {"loss": 3.0 - trial.number})
        with capture() as quiet:
            assert list(stored.loop(progress=False)) == []
    finally:
        shell_of.clear_instance()
    pages = [output.data for output in found.outputs]
    assert pages[0]["text/plain"].startswith("<b>: 0/2")
    assert pages[-1]["text/plain"].startswith("<b>: 2/2  best loss 2 in trial 1")
    assert "<progress value='1.0000'" in pages[-1]["text/html"]
    assert "&lt;b&gt;" in pages[-1]["text/html"]
    assert "<b>" not in pages[-1]["text/html"]
    assert found.stdout == quiet.stdout == ""
    assert quiet.outputs == []
