"""`armwright exec`: programs that import `ax` and `sigopt`, unchanged and on armwright."""

import os
import signal
import subprocess
import sys
import time

import pytest


@pytest.fixture
def execute(tmp_path):
    """Runs `armwright exec` with words in a folder of its own."""

    def execute(*words, **environment):
        return subprocess.run(
            [sys.executable, "-m", "armwright.cli", "exec", *words],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return execute


@pytest.fixture
def script(tmp_path):
    def script(text, name="script.py"):
        (tmp_path / name).write_text(text)
        return name

    return script


def test_a_script_finds_our_packages_under_the_names_it_knows(execute, script):
    text = "import ax, sigopt; print(ax.__name__, sigopt.__name__)"
    done = execute("--", "python", script(text))
    assert (done.returncode, done.stdout) == (0, "armwright.ax armwright.sigopt\n"), done.stderr


def test_a_package_has_the_same_classes_under_both_names(execute, script):
    text = (
        "from sigopt.exception import ApiException\n"
        "from ax.service.ax_client import AxClient\n"
        "import armwright.sigopt.exception, armwright.ax\n"
        "assert ApiException is armwright.sigopt.exception.ApiException\n"
        "assert AxClient is armwright.ax.AxClient\n"
    )
    done = execute("python", script(text))
    assert done.returncode == 0, done.stderr


def test_what_a_package_has_not_got_is_missing_under_its_name(execute, script):
    done = execute("python", script("import sigopt.nothing"))
    assert done.returncode == 1
    assert "No module named 'sigopt.nothing'" in done.stderr


def test_the_programs_that_a_script_starts_are_the_same(execute, script):
    inner = script("import sigopt; print(sigopt.__name__)", "inner.py")
    outer = script(f"import subprocess; subprocess.run(['python', {inner!r}], check=True)")
    assert execute("python", outer).stdout == "armwright.sigopt\n"


@pytest.mark.slow
def test_a_whole_program_runs_unchanged(execute, script, tmp_path):
    text = (
        "import sigopt\n"
        "e = sigopt.create_experiment(name='e', type='grid', metrics=[dict(name='y')],\n"
        "    parameters=[dict(name='x', type='int', grid=[1, 2])])\n"
        "for run in e.loop():\n"
        "    with run: run.log_metric('y', run.params.x)\n"
        "print(dict(next(e.get_best_runs()).assignments))\n"
    )
    done = execute("python", script(text), ARMWRIGHT_STORE=str(tmp_path / "store"))
    assert done.stdout == "{'x': 2}\n", done.stderr


def test_sitecustomize_and_the_path_of_the_caller_still_work(execute, script, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("print('customized')")
    (site / "mine.py").write_text("name = 'mine'")
    text = "import mine, sigopt; print(mine.name, sigopt.__name__)"
    done = execute("python", script(text), PYTHONPATH=str(site))
    assert done.stdout.endswith("customized\nmine armwright.sigopt\n")


def test_a_scripts_own_module_comes_before_ours(execute, script):
    script("name = 'its own'", "ax.py")
    assert execute("python", script("import ax; print(ax.name)")).stdout == "its own\n"


def test_the_command_finds_the_environment_as_it_was(execute, monkeypatch):
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE", raising=False)
    done = execute("sh", "-c", "echo [$XLA_PYTHON_CLIENT_PREALLOCATE]", PYTHONPATH="")
    assert done.stdout == "[]\n"


def test_nothing_is_renamed_unless_asked_for(tmp_path):
    code = "from importlib.util import find_spec; print(find_spec('sigopt'), find_spec('ax'))"
    done = subprocess.run(
        [sys.executable, "-c", f"import armwright; {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "armwright" not in done.stdout


def test_sigopts_own_command_is_ours(execute):
    assert execute("sigopt", "version").stdout == "8.8.3\n"


def test_the_exit_code_is_the_commands(execute, script):
    assert execute("python", script("raise SystemExit(7)")).returncode == 7


def test_words_reach_the_command_as_they_are(execute, script):
    done = execute("--", "python", script("import sys; print(sys.argv[1:])"), "-h", "--", "a b")
    assert done.stdout == "['-h', '--', 'a b']\n"


def test_a_signal_ends_the_command_itself(tmp_path, script):
    text = "import signal\nopen('ready', 'w').close()\nsignal.pause()"
    words = [sys.executable, "-m", "armwright.cli", "exec", "python", script(text)]
    with subprocess.Popen(words, cwd=tmp_path) as process:
        while not (tmp_path / "ready").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == -signal.SIGTERM


REFUSED = {
    "nothing": ([], "which command?"),
    "an unknown command": (["no-such-command"], "there is no command 'no-such-command'"),
    "a missing script": (["python", "no.py"], "there is no script 'no.py'"),
    "a script alone": (["script.py"], "say python script.py"),
    "a file that is no program": (["run.sh"], "chmod +x run.sh"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_run_is_refused_with_a_hint(execute, script, words, said):
    script("")
    script("", "run.sh")
    done = execute(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_armwright_says_so(execute, script, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    done = execute(str(tmp_path / "bare" / "bin" / "python"), script("import sigopt"))
    assert done.returncode == 1
    assert "has no armwright" in done.stderr
