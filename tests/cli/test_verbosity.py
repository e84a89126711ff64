"""-q and -v: fewer words beside the answer, or more; the answer is the same."""

import os
import subprocess
import sys

import pytest
from results import refused


def test_quiet_says_no_next_step_and_the_same_answer(run, url):
    loud = run("check", "-", stdin="objective: {metric: m}\nparameters: [{name: x, type: range}]\n")
    assert loud.exit_code == 2
    result = run("ask", url, "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("0  x=")


@pytest.mark.parametrize("words", [["-q", "ask"], ["--quiet", "ask"], ["ask", "--quiet"]], ids=str)
def test_quiet_is_understood_before_and_after_the_verb(words, run, url):
    assert run(*words, url).stderr == ""


def test_quiet_hides_no_error(run, tmp_path):
    refused(run("show", tmp_path / "none", "-q"), 1, "error: no experiment at")
    refused(run("-q", "show", "--nonsense"), 2, "No such option")


def test_quiet_delete_asks_nobody_who_could_not_read_the_question(url, terminal):
    ours, theirs = terminal
    os.write(ours, b"y\n")
    done = subprocess.run(
        [sys.executable, "-m", "armwright.cli", "delete", "-q", str(url)],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert (done.returncode, "hint: add --yes" in done.stderr) == (2, True)
    assert (url / "experiment.json").exists()


def test_quiet_lasts_for_one_command(run, url):
    run("-q", "ask", url)
    assert run("ask", url).stderr.startswith("next: ")


def test_verbose_says_what_an_error_came_from(run, tmp_path):
    file = tmp_path / "e.yml"
    file.write_text("a: [", encoding="utf-8")
    assert "because:" not in run("check", file).stderr
    assert "because: ValueError: line 1" in run("check", file, "-v").stderr


def test_verbose_shows_what_is_logged(url):
    code = (
        "import logging, sys; from armwright.cli import main; import armwright.cli.show as verb;"
        "call = verb.show.callback;"
        "verb.show.callback = lambda *a, **k: (logging.getLogger('armwright.x').info('seen'),"
        " call(*a, **k));"
        f"main(['-v', 'show', {str(url)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "INFO armwright.x: seen" in done.stderr
    assert done.stdout.startswith("e\n")


def test_both_can_be_set_by_a_variable(run, url, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_ASK_QUIET", "1")
    assert run("ask", url).stderr == ""


def test_the_options_of_sbatch_are_left_to_it(run, url):
    result = run("submit", "slurm", url, "--array", "2", "-q", "long", "--print", "--", "true")
    assert "#SBATCH -q long" in result.stdout
