"""The command as a process: help, pipes, terminals that cannot show everything, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from armwright import ax
from armwright.cli.main import _ALIASES, _SECTIONS, _VERBS
from armwright.cli.schema import schema_of

COMMAND = str(Path(sys.executable).with_name("armwright"))


def shell(line, *words, **env):
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line, "bash", COMMAND, *map(str, words)],  # noqa: S607
        capture_output=True,
        check=False,
        env={**os.environ, **env},
    )


def test_the_list_of_verbs_is_whole_and_in_the_order_of_need(run):
    result = run("--help")
    assert result.exit_code == 0
    lines = result.stdout.partition("Commands:\n")[2].splitlines()
    titles = [line for line in lines if not line.startswith("    ")]
    assert titles == [f"  {title}:" for title in _SECTIONS]
    assert [line.split()[0] for line in lines if line not in titles] == list(_VERBS)
    assert not any(line.endswith("...") for line in lines)


@pytest.mark.parametrize(("alias", "verb"), _ALIASES.items())
def test_the_words_of_other_tools_are_understood(alias, verb, run):
    assert run(alias, "-h").stdout == run(verb, "-h").stdout.replace(
        f"Usage: main {verb}", f"Usage: main {alias}"
    )


@pytest.mark.parametrize("verb", _VERBS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_fits_one_screen_and_shows_two_examples(verb, flag, run):
    result = run(verb, flag)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 80 for line in lines)
    examples = [line.strip() for line in lines if line.startswith(f"  armwright {verb} ")]
    assert len(examples) == 2
    # What these print is said by a program that they start.
    assert ("--json" in result.stdout) == (verb not in ("exec", "sigopt"))


def test_the_version_is_one_line(run):
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("armwright, version ")


@pytest.mark.parametrize("words", [["tune"], ["--nonsense"], ["show", "--nonsense"]], ids=str)
def test_a_word_the_command_does_not_know_is_wrong_usage(words, run):
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "No such" in result.stderr


def test_a_reader_that_stops_reading_causes_no_traceback(asked):
    done = shell('"$1" show "$2" | head -1', asked)
    assert done.stdout == b"e\n"
    assert done.stderr == b""


def test_trials_whose_answer_could_not_be_printed_go_back(url):
    done = shell('"$1" ask "$2" -n 2 > /dev/full', url)
    assert done.returncode == 1
    assert done.stderr == b"error: No space left on device\n"
    assert [trial.status.name for trial in ax.load(url).trials.values()] == ["CANDIDATE"] * 2


def test_a_terminal_that_cannot_show_a_letter_shows_its_number(asked):
    done = shell(
        '"$1" tell "$2" 0 loss=1+-0.5 && "$1" show "$2" 0', asked, LC_ALL="en_US.ISO-8859-15"
    )
    assert done.returncode == 0, done.stderr
    done = shell('"$1" show "$2"', asked, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert b"UnicodeEncodeError" not in done.stderr


def test_a_folder_whose_name_is_not_text_is_refused_in_words(definition):
    done = shell('"$1" create "$(printf "e\\377")" --from "$2"', definition)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"cannot be the name of an experiment" in done.stderr


def test_input_that_is_not_text_is_refused_in_words(tmp_path):
    done = shell('printf "\\377" | "$1" create "$2" --from -', tmp_path / "e")
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: standard input is not text in UTF-8")


def test_ctrl_c_ends_with_130_and_changes_nothing(tmp_path):
    process = subprocess.Popen(
        [COMMAND, "create", str(tmp_path / "e"), "--from", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    while not _waits_for_input(process.pid):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout, stderr.strip()) == (130, b"", b"stopped")
    assert not (tmp_path / "e").exists()


def _waits_for_input(pid):
    """Whether the process reads its standard input, and nobody writes."""
    syscall = Path(f"/proc/{pid}/syscall").read_text(encoding="ascii").split()
    return syscall[:2] == ["0", "0x0"]


# Everything is loaded first, for another user may not read where Python is installed.
AS_SOMEBODY = """
import contextlib, io, os, sys
from armwright.cli import main

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    url = sys.argv[1]
    for words in (["ask", url], ["show", url], ["tell", url, "0", "loss=1"]):
        main(words, standalone_mode=False)
os.setuid(65534)
main(sys.argv[2:])
"""


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs another user to be")
def test_a_read_only_folder_can_be_shown_and_refuses_the_rest(asked, definition, run):
    other = asked.parent / "other"
    run("create", other, "--from", definition)
    for folder in (asked, *asked.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):  # noqa: S108
            folder.chmod(0o755)
    program = [sys.executable, "-c", AS_SOMEBODY, str(other)]

    def as_somebody(*words):
        return subprocess.run([*program, *words], capture_output=True, text=True, check=False)

    done = as_somebody("show", str(asked))
    assert (done.returncode, done.stderr) == (0, "")
    for words in (["ask", str(asked)], ["tell", str(asked), "0", "loss=1"]):
        done = as_somebody(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "permission denied\nhint: check that you may write there" in done.stderr
    assert ax.load(asked).trials[0].status.is_running


@pytest.mark.parametrize(
    ("typed", "words"), [("creat", "did you mean 'create'?"), ("zzz", "No such command 'zzz'")]
)
def test_a_mistyped_verb_is_wrong_usage_and_names_the_nearest(typed, words, run):
    result = run(typed)
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize("verb", [verb for verb in _VERBS if verb not in ("exec", "sigopt")])
def test_every_document_has_a_schema_that_ships(verb):
    schema = schema_of(verb)
    Draft202012Validator.check_schema(schema)
    assert schema["title"].endswith(f"armwright {verb} --json")
