"""The official client, `sigopt` 8.8.3 from PyPI, on our store: through the driver and over HTTP."""

import os
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import sigopt as official
from sigopt.exception import ApiException, ConflictingProjectException, ConnectionException
from sigopt.factory import SigOptFactory

from armwright import sigopt as ours
from armwright.sigopt.folders import opened
from armwright.store import ExperimentFolder

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
C = {"name": "c", "type": "categorical", "categorical_values": ["a", "b"]}
FIELDS = {"name": "e", "type": "random", "parameters": [X, C], "metrics": [{"name": "y"}]}


@pytest.fixture
def conn():
    return official.Connection(driver=ours.driver)


@pytest.fixture
def theirs(monkeypatch, conn):
    """The client's module-level calls, on our store."""
    monkeypatch.setattr(official.interface, "_global_connection", conn)
    return SigOptFactory("tests")


@pytest.fixture
def made(theirs):
    return lambda **fields: theirs.create_experiment(**{**FIELDS, **fields})


def test_an_experiment_is_made(made):
    experiment = made(budget=3, metadata={"k": 1})
    assert (experiment.budget, experiment.metadata["k"]) == (3, 1)
    assert [parameter.name for parameter in experiment.parameters] == ["c", "x"]


def test_ours_find_the_experiment_of_theirs(made):
    assert ours.get_experiment(made(name="shared").id).name == "shared"


def test_theirs_find_the_experiment_of_ours(theirs, make):
    assert theirs.get_experiment(make(name="shared").id).name == "shared"


def test_the_loop_ends_with_the_budget(made):
    experiment, count = made(budget=3), 0
    for run in experiment.loop():
        with run:
            run.log_metric("y", run.params.x)
        count += 1
    assert count == 3
    assert experiment.is_finished()
    assert experiment.progress.finished_run_count == 3


def test_the_best_run_is_the_best(made):
    experiment = made(budget=4)
    for run in experiment.loop():
        with run:
            run.log_metric("y", run.params.x, stddev=0.1)
    best = list(experiment.get_best_runs())
    assert len(best) == 1
    assert best[0].values["y"].value == max(r.assignments["x"] for r in experiment.get_runs())


def test_runs_come_newest_first(made):
    experiment = made()
    begun = [experiment.create_run().id for _ in range(3)]
    assert [run.id for run in experiment.get_runs()] == begun[::-1]


def test_a_block_that_raises_fails_the_run(theirs, made):
    run = made().create_run()
    with pytest.raises(KeyError, match="no"), run:
        raise KeyError("no")
    assert theirs.get_run(run.id).state == "failed"


def test_a_failure_stays(theirs, made):
    with made().create_run() as run:
        run.log_failure()
    assert theirs.get_run(run.id).state == "failed"


def test_what_a_run_logs_is_there(theirs, made):
    with made().create_run(name="first", metadata={"a": 1}) as run:
        run.params["extra"] = 3
        run.params.setdefaults(more="m")
        run.log_metrics(y=1, other=2)
        run.log_metadata("list", [1])
        run.log_dataset("digits")
        run.log_model(type_="tree")
        run.log_source_code(content="code", hash="h")
        run.set_logs({"stdout": "printed"})
        run.log_checkpoint({"y": 0.5})
        run.set_parameter_source("extra", "user")
        run.set_parameters_sources_meta("user", sort=1, default_show=True)
    found = theirs.get_run(run.id)
    assert (found.name, dict(found.metadata)) == ("first", {"a": 1, "list": "[1]"})
    assert (found.assignments["extra"], found.assignments["more"]) == (3, "m")
    assert {name: value.value for name, value in found.values.items()} == {"y": 1, "other": 2}
    assert (found.datasets, found.model.type) == (["digits"], "tree")
    assert (found.source_code.content, found.logs["stdout"]) == ("code", "printed")
    assert (found.checkpoint_count, found.state, found.finished) == (1, "completed", True)


def test_a_picture_is_kept_in_the_store(made):
    run = made().create_run()
    run.log_image(np.zeros((4, 4)), name="dark")
    (about,) = opened(run.experiment).run(0)["files"].values()
    assert opened(run.experiment).file(about["table"]).startswith(b"\x89PNG")


def test_a_suggested_parameter_is_frozen(made):
    run = made().create_run()
    with pytest.raises(ValueError, match="x"):
        run.params.x = 1


def test_a_run_outside_experiments(theirs):
    with theirs.create_run("alone") as run:
        run.params.lr = 0.1
        run.log_metric("loss", 2)
    found = theirs.get_run(run.id)
    assert (found.experiment, dict(found.assignments), found.project) == (
        None,
        {"lr": 0.1},
        "tests",
    )


def test_an_update_is_read_back(made):
    experiment = made()
    parameters = experiment.parameters
    parameters[1].bounds.max = 5
    assert experiment.update(name="n", parameters=parameters).parameters[1].bounds.max == 5


def test_archiving_and_back(theirs, made):
    experiment = made()
    experiment.archive()
    assert experiment.state == "deleted"
    theirs.unarchive_experiment(experiment.id)
    experiment.refresh()
    assert experiment.state == "active"


def test_an_archived_run_is_not_best(theirs, made):
    experiment = made()
    with experiment.create_run() as run:
        run.log_metric("y", 1)
    theirs.archive_run(run.id)
    assert list(experiment.get_best_runs()) == []
    theirs.unarchive_run(run.id)
    assert [best.id for best in experiment.get_best_runs()] == [run.id]


def test_runs_are_uploaded(theirs):
    runs = [{"name": f"u{n}", "state": "completed", "assignments": {"x": n}} for n in range(5)]
    with pytest.warns(RuntimeWarning, match="data"):
        uploaded = theirs.upload_runs(runs, 2)
    assert [theirs.get_run(run.id).assignments["x"] for run in uploaded] == list(range(5))


def test_an_error_is_one_of_theirs(theirs):
    with pytest.raises(ApiException, match="there is no experiment") as caught:
        theirs.get_experiment(7)
    assert caught.value.status_code == 404


def test_an_error_of_theirs_is_one_of_ours_too(theirs):
    with pytest.raises(ours.exception.ApiException, match="there is no experiment") as caught:
        theirs.get_experiment(7)
    assert caught.value.to_json() == {"message": "there is no experiment '7'"}


def test_a_write_of_a_run_in_progress_reads_nothing(made, monkeypatch):
    run = made().create_run()
    listed = []
    monkeypatch.setattr(ExperimentFolder, "_look", lambda _: listed.append(1))
    run.log_metric("y", 1)
    run.log_metadata("k", 1)
    assert listed == []


def test_a_value_that_is_refused_is_an_error_of_theirs(made):
    with pytest.raises(ApiException, match="threshold") as caught:
        made(metrics=[{"name": "y", "threshold": 1}])
    assert caught.value.status_code == 400


def test_a_project_that_is_there_is_a_conflict_of_theirs(theirs):
    theirs.create_project("fresh")
    with pytest.raises(ConflictingProjectException, match="fresh"):
        theirs.create_project("fresh")


def test_a_store_that_cannot_be_reached_is_an_error_of_theirs(theirs, tmp_path):
    (tmp_path / "file").write_text("no folder")
    ours.set_store(tmp_path / "file")
    with pytest.raises(ConnectionException, match="file"):
        theirs.create_run()


def test_the_core_api_of_theirs(conn):
    resource = conn.experiments(
        conn.experiments().create(name="e", parameters=[X], metrics=["y"], observation_budget=3).id
    )
    experiment = resource.fetch()
    while experiment.progress.observation_count < experiment.observation_budget:
        suggestion = resource.suggestions().create()
        values = [{"name": "y", "value": np.float64(suggestion.assignments["x"])}]
        resource.observations().create(suggestion=suggestion.id, values=values)
        experiment = resource.fetch()
    tried = [item.value for item in resource.observations().fetch(limit=1).iterate_pages()]
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert len(tried) == 3
    assert best.value == best.assignments["x"] == max(tried)
    assert resource.stopping_criteria().fetch().reasons == []
    resource.observations().create(assignments={"x": 0.5}, value=0.0)
    assert resource.stopping_criteria().fetch().reasons == ["observation_budget_reached"]


def test_tasks_and_the_queue_of_theirs(conn):
    tasks = [{"name": "cheap", "cost": 0.5}, {"name": "full", "cost": 1}]
    resource = conn.experiments(
        conn.experiments()
        .create(name="e", parameters=[X], metrics=["y"], observation_budget=3, tasks=tasks)
        .id
    )
    resource.queued_suggestions().create(assignments={"x": 0.5}, task="full")
    suggestion = resource.suggestions().create()
    assert (suggestion.task.name, dict(suggestion.assignments)) == ("full", {"x": 0.5})
    assert resource.suggestions().create().task.cost == 0.5


@pytest.fixture
def command(tmp_path):
    """Runs a command of the client's over HTTP, on a store in a folder."""
    store = tmp_path / "store"
    ours.set_store(store)
    (tmp_path / "train.py").write_text(
        textwrap.dedent("""
            import sigopt
            assert "site-packages" in sigopt.__file__
            sigopt.params.setdefaults({"x": 0.5, "fixed": 7})
            sigopt.log_metric("y", sigopt.params.x)
            sigopt.log_dataset("digits")
        """)
    )
    (tmp_path / "experiment.yml").write_text(
        textwrap.dedent("""
            name: from yaml
            type: random
            parameters: [{name: x, type: double, bounds: {min: 0, max: 1}}]
            metrics: [{name: y}]
            budget: 2
        """)
    )
    environment = {**os.environ, "ARMWRIGHT_STORE": str(store), "HOME": str(tmp_path)}

    def command(*words):
        return subprocess.run(
            [sys.executable, "-m", "armwright.sigopt.bridge", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


SIGOPT = (sys.executable, "-m", "sigopt.cli")
HAS_COMMANDS = pytest.mark.skipif(
    find_spec("pkg_resources") is None,
    reason="the client's command line needs a setuptools that still has pkg_resources",
)


@HAS_COMMANDS
@pytest.mark.slow
def test_the_command_line_of_theirs_optimizes(command):
    done = command(*SIGOPT, "optimize", "-e", "experiment.yml", sys.executable, "train.py")
    assert done.returncode == 0, done.stderr
    (found,) = ours.Connection().aiexperiments().fetch().iterate_pages()
    runs = list(ours.get_experiment(found.id).get_runs())
    assert found.name == "from yaml"
    assert [(run.state, run.datasets) for run in runs] == [("completed", ["digits"])] * 2
    assert all(run.values["y"].value == run.assignments["x"] for run in runs)
    assert all(run.assignments["fixed"] == 7 for run in runs)


@HAS_COMMANDS
@pytest.mark.slow
def test_the_command_line_of_theirs_runs(command):
    done = command(*SIGOPT, "run", sys.executable, "train.py")
    assert done.returncode == 0, done.stderr
    (run,) = ours.Connection().clients(1).projects("tests").training_runs().fetch().iterate_pages()
    assert (run.values["y"].value, run.assignments["fixed"]) == (0.5, 7)


def test_a_command_that_is_not_there_is_named(command):
    done = command("no-such-command")
    assert (done.returncode, done.stdout) == (127, "")
    assert "there is no command 'no-such-command'" in done.stderr


def test_the_exit_code_is_the_commands(command):
    assert command(sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_without_a_command_the_usage_is_shown(command):
    done = command()
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_it_is_the_client_from_pypi():
    assert official.VERSION == "8.8.3"
    assert Path(official.__file__).parent.parent.name == "site-packages"
