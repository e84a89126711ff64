"""What a shell is offered when a key is pressed: quickly, safely, and without asking a network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from results import document, refused

from armwright.cli import completing


def pressed(words, home, **environment):
    """What the armwright command offers bash for words, the last of which is being typed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("armwright"))],
        env={
            "_ARMWRIGHT_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
            "HOME": str(home),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def known(tmp_path):
    """Two experiments in buckets that somebody used before."""
    cache = tmp_path / ".cache" / "armwright"
    cache.mkdir(parents=True)
    (cache / "completion.json").write_text('{"s3://team/lr": 12, "gs://team/other": -1}')
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell, run):
    assert "_ARMWRIGHT_COMPLETE" in run("completion", shell).stdout
    assert document(run("completion", shell, "--json"))["shell"] == shell


def test_completion_for_another_shell_is_refused(run):
    refused(run("completion", "tcsh"), 2, "'tcsh' is not one of 'bash', 'zsh', 'fish'")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("armwright sta", ["plain,status"]),
        ("armwright show --js", ["plain,--json"]),
        ("armwright show URL 1", ["plain,1"]),
        ("armwright show URL ", ["plain,0", "plain,1"]),
        ("armwright show ru", ["dir,ru"]),
    ],
)
def test_a_shell_completes_verbs_options_folders_and_trials(words, found, asked):
    words = words.replace("URL", str(asked))
    assert pressed(words, asked) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("armwright show s3", ["dir,s3", "plain,s3://team/lr"]),
        ("armwright show s3 : //te", ["plain,//team/lr"]),  # as bash takes it apart
        ("armwright show s3://team/lr 1", ["plain,1", "plain,10", "plain,11", "plain,12"]),
        ("armwright show s3 : //team/lr 12", ["plain,12"]),
        ("armwright show s3://team/lr ²", []),  # a digit, but of no number
        ("armwright show gs://team/other ", []),
        ("armwright show s3://team/unknown ", []),
    ],
)
def test_what_is_behind_a_url_is_remembered_and_not_asked(words, found, known):
    assert pressed(words, known) == found


def test_the_experiment_that_the_environment_or_a_file_names_has_its_trials_offered(asked):
    assert pressed("armwright show ", asked, ARMWRIGHT_EXPERIMENT=str(asked))[1:] == [
        "plain,0",
        "plain,1",
    ]
    (asked / "armwright.toml").write_text(f'experiment = "{asked}"')
    assert pressed("armwright show 1", asked)[1:] == ["plain,1"]
    (asked / "armwright.toml").write_text("experiment = ")
    assert pressed("armwright show 1", asked) == ["dir,1"]


def test_nothing_goes_wrong_where_there_is_no_experiment_or_a_damaged_one(asked):
    assert pressed("armwright show nowhere ", asked) == []
    assert pressed("armwright show \0x ".replace("\0", "%00"), asked) == []
    (asked / "experiment.json").write_text("{")
    assert pressed(f"armwright show {asked} 1", asked) == ["plain,1"]
    cache = asked / ".cache" / "armwright"
    cache.mkdir(parents=True)
    (cache / "completion.json").write_text("[")
    assert pressed("armwright show s3", asked) == ["dir,s3"]


def test_a_folder_that_does_not_answer_is_not_waited_for(tmp_path):
    """A pipe that nobody writes to stands for it: opening one waits for ever."""
    cache = tmp_path / ".cache" / "armwright"
    cache.mkdir(parents=True)
    os.mkfifo(cache / "completion.json")
    assert pressed("armwright show s3", tmp_path) == ["dir,s3"]


def test_completing_loads_no_library_for_stores(known):
    program = (
        "import sys; from armwright.cli import main\n"
        "try: main(prog_name='armwright')\n"
        "except SystemExit: pass\n"
        "assert not {'fsspec', 's3fs', 'pyarrow', 'numpy'} & set(sys.modules)"
    )
    environment = {"_ARMWRIGHT_COMPLETE": "bash_complete", "COMP_CWORD": "3", "HOME": str(known)}
    words = {"COMP_WORDS": "armwright show s3://team/lr 1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **words},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "plain,12" in done.stdout


@pytest.mark.parametrize(
    ("highest", "typed", "found"),
    [
        (2, "", ["0", "1", "2"]),
        (-1, "", []),
        (105, "10", ["10", "100", "101", "102", "103", "104", "105"]),
        (5, "7", []),
        (5, "0", ["0"]),
        (5, "00", []),
    ],
)
def test_the_numbers_offered_are_those_that_begin_so(highest, typed, found):
    assert list(completing._numbers(highest, typed)) == found


def test_of_many_trials_the_first_are_offered():
    assert len(list(completing._numbers(10**9, ""))) == 200
    assert len(list(completing._numbers(10**9, "1"))) == 200


def test_a_url_used_at_a_terminal_is_remembered_without_its_credentials(
    run, definition, tmp_path, monkeypatch
):
    monkeypatch.setenv("ARMWRIGHT_CACHE", str(tmp_path / "cache"))
    url = f"memory://{tmp_path.name}/e"
    run("create", url, "--from", definition)
    assert run("ask", url, "-n", 2).exit_code == 0
    assert not (tmp_path / "cache").exists()  # nobody sits there
    monkeypatch.setattr(completing, "_is_watched", lambda: True)
    assert run("status", url).exit_code == 0
    assert json.loads((tmp_path / "cache" / "completion.json").read_text()) == {url: 1}
    run("status", tmp_path / "none")
    run("status", "memory://nowhere/e")
    assert json.loads((tmp_path / "cache" / "completion.json").read_text()) == {url: 1}
    monkeypatch.setenv("ARMWRIGHT_CACHE", "/proc/none")
    assert run("status", url).exit_code == 0
