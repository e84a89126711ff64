"""The notebook's words, in a real IPython."""

import logging

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from armwright import sigopt
from armwright.sigopt.config import config
from armwright.sigopt.sigopt_logging import print_logger

EXPERIMENT = """dict(
    name=title, type="grid", metrics=[dict(name="y")],
    parameters=[dict(name="x", type="int", grid=[1, 2])],
)
"""
YAML = '''"""
name: in yaml
type: grid
parameters: [{name: x, type: int, grid: [3, 4]}]
metrics: [{name: y}]
"""
'''


@pytest.fixture(scope="module")
def ipython(tmp_path_factory):
    choices = Config()
    choices.HistoryManager.enabled = False
    shell = InteractiveShell(config=choices, ipython_dir=str(tmp_path_factory.mktemp("ipython")))
    shell.run_line_magic("load_ext", "armwright.sigopt")
    yield shell
    print_logger.handlers.clear()
    print_logger.setLevel(logging.NOTSET)


@pytest.fixture
def shell(ipython, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(config, "_choices", None)
    ipython.magics_manager.registry["SigOptMagics"]._experiment = None
    ipython.user_ns.update(sigopt=sigopt, title="from a dict", got=[])
    return ipython


def the_experiment(shell):
    return shell.magics_manager.registry["SigOptMagics"]._experiment


def test_a_cell_makes_an_experiment_of_a_dict(shell):
    shell.run_cell_magic("experiment", "", EXPERIMENT)
    assert the_experiment(shell).name == "from a dict"


def test_a_cell_makes_an_experiment_of_yaml(shell):
    shell.run_cell_magic("experiment", "", YAML)
    assert the_experiment(shell).parameters[0].grid == [3, 4]


@pytest.mark.parametrize("cell", ["{'name': 'e'}", "dict(name='', parameters=[], metrics=[])", "3"])
def test_a_cell_that_makes_no_experiment_is_told_in_one_line(shell, cell):
    shell.run_cell_magic("experiment", "", EXPERIMENT)
    with pytest.raises(UsageError):
        shell.run_cell_magic("experiment", "", cell)
    assert the_experiment(shell) is None


def test_a_cell_runs_as_a_run_of_its_name(shell):
    shell.run_cell_magic("run", "tuesday", "sigopt.params.lr = 0.5\nsigopt.log_metric('y', 2)\n")
    assert sigopt.get_run_id() is None
    shell.run_cell_magic("run", "", "got.append(sigopt.get_run_id())")
    (identifier,) = shell.user_ns["got"]
    assert sigopt.get_run(identifier).state == "completed"
    before = sigopt.get_run(f"{identifier[:16]}0")
    assert (before.name, before.assignments, before.values["y"].value) == (
        "tuesday",
        {"lr": 0.5},
        2,
    )


def test_a_cell_is_run_for_each_run_of_the_experiment(shell):
    shell.run_cell_magic("experiment", "", EXPERIMENT)
    cell = "got.append(sigopt.params.x)\nsigopt.log_metric('y', sigopt.params.x)"
    shell.run_cell_magic("optimize", "again", cell)
    assert shell.user_ns["got"] == [1, 2]
    runs = list(the_experiment(shell).get_runs())
    assert [(run.name, run.values["y"].value) for run in runs] == [("again", 2), ("again", 1)]


def test_a_cell_may_use_the_notebooks_own_words(shell):
    shell.run_cell_magic("run", "", "%who\ngot.append(1)")
    assert shell.user_ns["got"] == [1]


def test_an_error_in_a_cell_fails_its_run_and_goes_on(shell):
    with pytest.raises(ZeroDivisionError, match="zero"):
        shell.run_cell_magic("run", "", "got.append(sigopt.get_run_id())\n1 / 0")
    assert sigopt.get_run(shell.user_ns["got"][0]).state == "failed"
    assert sigopt.get_run_id() is None


def test_optimize_needs_an_experiment(shell):
    with pytest.raises(UsageError, match="%%experiment"):
        shell.run_cell_magic("optimize", "", "1")


def test_config_asks_what_is_kept_and_keeps_it(shell, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "y")
    shell.run_line_magic("sigopt", "config")
    shell.run_cell_magic("run", "", "print('hello')\ngot.append(sigopt.get_run_id())\n")
    found = sigopt.get_run(shell.user_ns["got"][0])
    assert found.logs == {"stdout": "hello\n", "stderr": ""}
    assert found.source_code.content == "print('hello')\ngot.append(sigopt.get_run_id())\n"


def test_the_line_knows_one_word(shell):
    with pytest.raises(ValueError, match="'start'"):
        shell.run_line_magic("sigopt", "start")
