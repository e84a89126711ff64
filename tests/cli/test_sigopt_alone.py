"""SigOpt's command under the names that code and scripts for the client know."""

import contextlib
import io
import subprocess
import sys

import pytest
from click.testing import CliRunner

from armwright import sigopt
from armwright.sigopt.cli import cli

EXPERIMENT = """
name: one point
type: grid
parameters: [{name: x, type: double, grid: [1, 2]}]
metrics: [{name: y}]
"""


@pytest.fixture(autouse=True)
def folder(sigopt_folder):
    (sigopt_folder / "experiment.yml").write_text(EXPERIMENT)
    return sigopt_folder


def said(*words):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def invoked(*words):
    return CliRunner().invoke(cli, words)


def test_the_command_is_ours_under_the_clients_name():
    import armwright.cli.sigopt
    import armwright.sigopt.cli.commands.local.optimize as named

    assert armwright.sigopt.cli is armwright.cli.sigopt
    assert named.__name__ == "armwright.cli.sigopt.commands.local.optimize"


def test_nothing_of_the_command_line_is_loaded_by_the_library():
    code = "import sys; from armwright import sigopt; sigopt.get_run; print(*sys.modules)"
    assert not [name for name in said("-c", code).split() if ".cli" in name]


def test_the_command_alone_runs_its_words():
    done = invoked("run", "echo", "hello")
    assert (done.exit_code, done.stdout) == (0, "hello\n")
    assert "has begun" in done.stderr


def test_the_command_alone_ends_as_ours_does():
    done = invoked("start-worker", "1234567890123456", "true")
    assert done.exit_code == 1
    assert done.stderr == "error: there is no experiment '1234567890123456'\n"


def test_the_command_alone_lists_its_words():
    assert "start-worker" in invoked("--help").stdout


def test_a_file_whose_top_is_a_list_is_refused_in_the_clients_words(folder):
    (folder / "list.yml").write_text("- name: x\n")
    done = invoked("optimize", "-e", "list.yml", "true")
    assert done.exit_code == 2
    assert "The top level should be a mapping of keys to values" in done.stderr


def test_config_that_is_told_everything_says_nothing():
    words = ["--api-token=t", "--enable-log-collection", "--no-enable-cell-tracking"]
    assert invoked("config", *words).output == ""


def test_a_command_prints_where_this_process_prints_now():
    from armwright.sigopt.command import run_command

    kept = io.StringIO()
    with sigopt.create_run() as run, contextlib.redirect_stdout(kept):
        assert run_command(run, ["echo", "hello"]) == 0
    assert kept.getvalue() == "hello\n"
    assert sigopt.get_run(run.id).logs == {}


def test_the_package_runs_as_a_program():
    assert said("-m", "armwright.sigopt.cli", "version") == f"{sigopt.VERSION}\n"


def test_under_exec_the_package_runs_as_a_program_by_the_clients_name():
    words = ("exec", "python", "-m", "sigopt.cli", "create", "experiment")
    identifier = said("-m", "armwright.cli", *words).split()[-1]
    assert sigopt.get_experiment(identifier).name == "one point"


@pytest.mark.parametrize("path", ["$PATH", "${PATH##*:}:${PATH%%:*}:/usr/bin:/bin"])
def test_under_exec_a_shell_script_finds_the_clients_command(path):
    """The one that is installed, which then is ours, and the one that exec brings."""
    script = f'PATH="{path}" sigopt create experiment'
    identifier = said("-m", "armwright.cli", "exec", "sh", "-c", script).split()[-1]
    assert sigopt.get_experiment(identifier).name == "one point"
