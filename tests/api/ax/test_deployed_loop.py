"""Loops that deploy trials through a runner and fetch what metrics measure."""

import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.running import ExecutorMetric, ExecutorRunner, LocalProcessRunner

X = [{"name": "x", "type": "range", "bounds": [0.0, 10.0]}]

MODULE = """
import sys
from armwright import ax
from armwright.running import LocalProcessMetric, LocalProcessRunner

PROGRAM = "import json, sys; x = float(sys.argv[1]); print(json.dumps(dict(loss=x * x, cost=x)))"


class Nothing(ax.SyntheticRunner):
    pass


def squares():
    words = [sys.executable, "-c", PROGRAM.replace("{", "{{"), "{x}"]
    return LocalProcessRunner(words, folder=FOLDER, max_parallelism=2)


def loss():
    return LocalProcessMetric("loss", lower_is_better=True)


class First(ax.Metric):
    def fetch_trial_data(self, trial, **kwargs):
        arms = {arm.name: {self.name: (arm.parameters["x"], 0.0)} for arm in trial.arms}
        return ax.Data.from_evaluations(arms, trial.index)


class Second(First):
    pass


class Demanding(ax.Metric):
    def __init__(self, name, host):
        super().__init__(name)


ready = First("ready")
number = 3
"""


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    """Makes `deployed_things` importable, and every import of it fresh."""
    text = textwrap.dedent(MODULE).replace("FOLDER", repr(str(tmp_path / "out")))
    (tmp_path / "deployed_things.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "deployed_things", raising=False)


def made(runner="deployed_things.Nothing", metrics=("deployed_things.First",), **more):
    return ax.OptimizationLoop.with_runners_and_metrics(
        parameters=X, path_to_runner=runner, paths_to_metrics=metrics, random_seed=1, **more
    )


def test_processes_run_and_their_results_are_learned_from():
    loop = made(
        "deployed_things:squares", ["deployed_things:loss"], minimize=True, total_trials=4
    ).full_run()
    trials = loop.experiment.trials
    assert {trial.status for trial in trials.values()} == {ax.TrialStatus.COMPLETED}
    assert isinstance(loop.experiment.runner, LocalProcessRunner)
    for index, trial in trials.items():
        (row,) = loop.experiment.lookup_data_for_trial(index)[0].df.to_dict("records")
        assert row["mean"] == pytest.approx(trial.arm.parameters["x"] ** 2)
    best, (means, _) = loop.get_best_point()
    assert best["x"] == min(trial.arm.parameters["x"] for trial in trials.values())
    assert means["loss"] == pytest.approx(best["x"] ** 2)


def test_the_experiment_is_named_and_constrained_as_asked():
    loop = made(
        experiment_name="mine",
        parameter_constraints=[],
        outcome_constraints=["Second <= 4"],
        metrics=["deployed_things.First", "deployed_things.Second"],
        total_trials=1,
        arms_per_trial=2,
        wait_time=1,
    )
    assert loop.experiment.name == "mine"
    (constraint,) = loop.experiment.optimization_config.outcome_constraints
    assert type(constraint.metric).__name__ == "Second"
    assert not constraint.relative
    assert (loop.total_trials, loop.arms_per_trial, loop.wait_time) == (1, 2, 1)
    assert loop.random_seed == 1


def test_the_first_metric_is_the_objective_and_the_others_are_tracked():
    experiment = made(metrics=["deployed_things.First", "deployed_things.Second"]).experiment
    assert experiment.optimization_config.objective.metric.name == "objective"
    assert list(experiment.metrics) == ["Second", "objective"]


def test_a_metric_that_needs_a_name_gets_the_objective_s():
    experiment = made(objective_name="gain").experiment
    assert experiment.optimization_config.objective.metric.name == "gain"


def test_objective_name_may_choose_among_the_metrics():
    experiment = made(
        metrics=["deployed_things.ready", "deployed_things.Second"], objective_name="Second"
    ).experiment
    assert experiment.optimization_config.objective.metric.name == "Second"


def test_metrics_may_be_named_in_a_dict():
    experiment = made(
        metrics={"a": "deployed_things.First", "b": "deployed_things.First"}
    ).experiment
    assert sorted(experiment.metrics) == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"runner": "no_such_things.Runner"}, "cannot import 'no_such_things.Runner'"),
        ({"runner": "deployed_things.Ruiner"}, "'deployed_things' has no 'Ruiner'"),
        ({"runner": "deployed_things.First"}, "deployed_things.First': "),
        ({"runner": "deployed_things.number"}, "expected a Runner, a subclass of it"),
        ({"metrics": ["deployed_things.Missing"]}, "has no 'Missing'"),
        ({"metrics": ["deployed_things.Demanding"]}, "needs the arguments name, host"),
        ({"metrics": []}, "expected at least one path in a list"),
        ({"metrics": "deployed_things.First"}, "expected at least one path in a list"),
        ({"metrics": ["deployed_things.ready"] * 2}, "two metrics have the name 'ready'"),
        (
            {"objective_name": "z", "metrics": ["deployed_things.ready"]},
            r"no metric 'z', the metrics are \['ready'\]",
        ),
        ({"outcome_constraints": ["z <= 1"]}, "no metric 'z' among"),
    ],
)
def test_what_cannot_be_made_is_named(arguments, message):
    with pytest.raises(UsageError, match=message):
        made(**arguments)


def on_pool(pool, function, **more):
    metric = ExecutorMetric("loss")
    experiment = ax.Experiment(
        made().experiment.search_space,
        "pooled",
        ax.OptimizationConfig(ax.Objective(metric, minimize=True)),
        runner=ExecutorRunner(pool, function),
    )
    return ax.OptimizationLoop(experiment, random_seed=1, run_async=True, **more)


def test_trials_run_side_by_side():
    meeting = threading.Barrier(3, timeout=200)  # passes only when three run at once

    def meet(p):
        meeting.wait()
        return p["x"]

    with ThreadPoolExecutor(3) as pool:
        loop = on_pool(pool, meet, total_trials=3).full_run()
    assert loop.current_trial == 3
    assert {t.status for t in loop.experiment.trials.values()} == {ax.TrialStatus.COMPLETED}


def test_no_more_run_at_once_than_the_strategy_allows():
    lock, now, most = threading.Lock(), [0], [0]
    meeting = threading.Barrier(2, timeout=200)  # two at once there are for certain

    def count(p):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        meeting.wait()
        threading.Event().wait(0.05)
        with lock:
            now[0] -= 1
        return p["x"]

    steps = [ax.GenerationStep(ax.Models.SOBOL, -1, max_parallelism=2)]
    with ThreadPoolExecutor(8) as pool:
        on_pool(
            pool, count, total_trials=6, generation_strategy=ax.GenerationStrategy(steps)
        ).full_run()
    assert most[0] == 2


def test_failed_trials_count_and_keep_their_reason():
    def partly(p):
        if p["x"] > 5:
            raise RuntimeError("too far")
        return p["x"]

    with ThreadPoolExecutor(1) as pool:
        loop = on_pool(pool, partly, total_trials=4).full_run()
    failed = [t for t in loop.experiment.trials.values() if t.status.is_failed]
    assert len(loop.experiment.trials) == 4
    assert 0 < len(failed) < 4
    assert failed[0].run_metadata["failure_reason"] == "RuntimeError: too far"


def test_after_an_interruption_the_loop_goes_on_with_other_trials(monkeypatch):
    gate = threading.Event()

    def wait(p):
        gate.wait(200)
        return p["x"]

    def interrupt(_):
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        loop = on_pool(pool, wait, total_trials=2)
        with monkeypatch.context() as patch:
            patch.setattr("armwright.running.TrialWatch.wait", interrupt)
            with pytest.raises(KeyboardInterrupt):
                loop.full_run()
        stopped = list(loop.experiment.trials.values())
        assert [t.abandoned_reason for t in stopped] == ["stopped by KeyboardInterrupt"] * 2
        gate.set()
        loop.full_run()
    statuses = [t.status for t in loop.experiment.trials.values()]
    assert statuses == [ax.TrialStatus.ABANDONED] * 2 + [ax.TrialStatus.COMPLETED] * 2


def test_batches_are_deployed_too():
    loop = made(total_trials=2, arms_per_trial=2).full_run()
    assert [len(trial.arms) for trial in loop.experiment.trials.values()] == [2, 2]
    assert len(loop.experiment.fetch_data().df) == 4


def test_one_trial_may_be_run_to_its_end():
    loop = made(total_trials=2)
    loop.run_trial()
    assert loop.experiment.trials[0].status is ax.TrialStatus.COMPLETED
    loop.full_run()
    with pytest.raises(ValueError, match="Optimization is complete"):
        loop.run_trial()


SLEEPERS = """
import signal, sys
from armwright import ax
from armwright.running import LocalProcessMetric, LocalProcessRunner

# Python's own handler, whatever the shell that runs the tests has set.
signal.signal(signal.SIGINT, signal.default_int_handler)
metric = LocalProcessMetric("loss")
experiment = ax.Experiment(
    ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)]),
    optimization_config=ax.OptimizationConfig(ax.Objective(metric)),
    runner=LocalProcessRunner(
        ["sh", "-c", "touch $ARMWRIGHT_FOLDER/up; sleep 600"], folder=sys.argv[1], max_parallelism=2
    ),
)
loop = ax.OptimizationLoop(experiment, run_async=True)
try:
    loop.full_run()
except KeyboardInterrupt:
    runner = experiment.runner
    print([trial.abandoned_reason for trial in experiment.trials.values()])
    print([runner.poll_trial_status(trial).name for trial in experiment.trials.values()])
"""


def test_ctrl_c_ends_the_processes_of_the_running_trials(tmp_path):
    job = subprocess.Popen(
        [sys.executable, "-c", SLEEPERS, str(tmp_path / "jobs")],
        stdout=subprocess.PIPE,
        text=True,
    )
    while len(list(tmp_path.glob("jobs/*/*/*/up"))) < 2:
        assert job.poll() is None
        time.sleep(0.02)
    job.send_signal(signal.SIGINT)
    words, _ = job.communicate()
    assert words.splitlines() == [
        "['stopped by KeyboardInterrupt', 'stopped by KeyboardInterrupt']",
        "['FAILED', 'FAILED']",
    ]
