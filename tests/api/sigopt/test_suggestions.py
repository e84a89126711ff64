"""What runs try: by type, within bounds, grids, constraints, conditionals and priors."""

import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from armwright import sigopt
from armwright.sigopt.folders import opened
from armwright.sigopt.suggestion import prior_quantile

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}
SEARCHES = ["offline", "random"]


def params_of(experiment, count):
    return [dict(experiment.create_run().params) for _ in range(count)]


@pytest.mark.parametrize("kind", SEARCHES)
def test_values_lie_within_their_domains_and_have_their_types(make, kind):
    for params in params_of(make(type=kind, parameters=[X, N, C]), 12):
        assert 0 <= params["x"] <= 1
        assert type(params["x"]) is float
        assert 1 <= params["n"] <= 9
        assert type(params["n"]) is int
        assert params["c"] in ("red", "blue")


@pytest.mark.parametrize("kind", SEARCHES)
def test_both_ends_of_an_int_come_up(make, kind):
    n = {**N, "bounds": {"min": 1, "max": 2}}
    assert {p["n"] for p in params_of(make(type=kind, parameters=[n, X]), 12)} == {1, 2}


@pytest.mark.parametrize("kind", SEARCHES)
def test_a_log_parameter_is_spread_over_its_decades(make, kind):
    lr = {**X, "bounds": {"min": 1e-8, "max": 1.0}, "transformation": "log"}
    values = [p["x"] for p in params_of(make(type=kind, parameters=[lr]), 16)]
    assert sum(value < 1e-4 for value in values) >= 4
    assert min(values) > 0


@pytest.mark.parametrize("kind", SEARCHES)
def test_a_grid_restricts_a_parameter_of_any_type_of_search(make, kind):
    batch = {"name": "batch", "type": "int", "grid": [64, 8, 16]}
    share = {"name": "share", "type": "double", "grid": [0.1, 0.5]}
    found = params_of(make(type=kind, parameters=[batch, share, X]), 12)
    assert {p["batch"] for p in found} <= {8, 16, 64}
    assert {p["share"] for p in found} <= {0.1, 0.5}
    assert {type(p["batch"]) for p in found} == {int}


BELOW = {"type": "less_than", "threshold": 1.0, "terms": [{"name": "a", "weight": 1}]}


@pytest.mark.parametrize("kind", SEARCHES)
def test_a_linear_constraint_on_doubles_is_kept(make, kind):
    terms = [{"name": "a", "weight": 1}, {"name": "b", "weight": 2}]
    experiment = make(
        type=kind,
        parameters=[{**X, "name": "a"}, {**X, "name": "b"}],
        linear_constraints=[{"type": "less_than", "threshold": 0.5, "terms": terms}],
    )
    assert all(p["a"] + 2 * p["b"] <= 0.5 + 1e-12 for p in params_of(experiment, 10))


@pytest.mark.parametrize("kind", SEARCHES)
def test_a_linear_constraint_on_ints_is_kept_exactly(make, kind):
    terms = [{"name": "kernel", "weight": 1}, {"name": "stride", "weight": -1}]
    experiment = make(
        type=kind,
        parameters=[{**N, "name": "kernel"}, {**N, "name": "stride"}],
        linear_constraints=[{"type": "greater_than", "threshold": 0, "terms": terms}],
    )
    assert all(p["kernel"] >= p["stride"] for p in params_of(experiment, 12))


A = {"name": "algo", "values": ["tree", "net"]}
DEPTH = {**N, "name": "depth", "conditions": {"algo": "tree"}}
WIDTH = {**X, "name": "width", "conditions": {"algo": ["net"]}}


@pytest.mark.parametrize("kind", SEARCHES)
def test_an_inactive_parameter_is_absent_and_the_conditional_is_there(make, kind):
    found = params_of(make(type=kind, parameters=[X, DEPTH, WIDTH], conditionals=[A]), 12)
    assert {p["algo"] for p in found} == {"tree", "net"}
    for params in found:
        names = {"algo", "x", "depth" if params["algo"] == "tree" else "width"}
        assert set(params) == names


def test_an_inactive_parameter_is_kept_at_one_value_for_the_model(make):
    depth = {**DEPTH, "default_value": 4}
    experiment = make(type="random", parameters=[X, depth, WIDTH], conditionals=[A])
    params_of(experiment, 10)
    trials = opened(experiment.id)._folder.state.trials.values()
    arms = [facts.arm["arms"][0]["parameters"] for facts in trials]
    assert {arm["depth"] for arm in arms if arm["algo"] == "net"} == {4}
    assert {arm["width"] for arm in arms if arm["algo"] == "tree"} == {1.0}


def test_conditions_on_several_conditionals_must_all_hold(make):
    b = {"name": "b", "values": ["on", "off"]}
    deep = {**N, "name": "deep", "conditions": {"algo": "tree", "b": "on"}}
    found = params_of(make(type="random", parameters=[X, deep], conditionals=[A, b]), 20)
    for params in found:
        assert ("deep" in params) == (params["algo"] == "tree" and params["b"] == "on")


NORMAL = {"name": "normal", "mean": 0.3, "scale": 0.05}
BETA = {"name": "beta", "shape_a": 2, "shape_b": 5}


@pytest.mark.parametrize("prior", [NORMAL, BETA], ids=lambda prior: prior["name"])
def test_a_quantile_of_a_prior_is_that_of_scipy(prior):
    from scipy import stats

    low, high = -1.0, 2.0
    if prior is NORMAL:
        ends = ((low - 0.3) / 0.05, (high - 0.3) / 0.05)
        law = stats.truncnorm(*ends, loc=0.3, scale=0.05)
    else:
        law = stats.beta(2, 5, loc=low, scale=high - low)
    for share in (0.0, 0.01, 0.3, 0.5, 0.99, 1.0):
        found = prior_quantile(prior, {"min": low, "max": high}, share)
        assert found == pytest.approx(np.clip(law.ppf(share), low, high), abs=1e-9)


@pytest.mark.parametrize("kind", SEARCHES)
def test_a_prior_shapes_what_is_drawn(make, kind):
    found = params_of(make(type=kind, parameters=[{**X, "prior": NORMAL}, N]), 5)
    assert all(0.1 < p["x"] < 0.5 for p in found)


# Types ------------------------------------------------------------------------------------------


def test_random_draws_differ(make):
    assert len({p["x"] for p in params_of(make(type="random"), 6)}) == 6


def test_a_grid_is_walked_with_the_first_name_fastest(make):
    values = {"type": "int", "grid": [1, 2, 3]}
    experiment = make(type="grid", parameters=[C, {"name": "a", **values}])
    found = [(p["a"], p["c"]) for p in params_of(experiment, 6)]
    assert found == [(a, c) for c, a in product(["red", "blue"], [1, 2, 3])]


def test_a_grid_ends_with_its_last_point(make):
    experiment = make(type="grid", parameters=[C, {**N, "bounds": None, "grid": [1, 2]}])
    assert sum(1 for run in experiment.loop()) == 4


def test_a_grid_begins_again_after_its_end(make):
    found = params_of(make(type="grid", parameters=[C]), 3)
    assert [p["c"] for p in found] == ["red", "blue", "red"]


def test_an_archived_point_of_a_grid_comes_again(make):
    experiment = make(type="grid", parameters=[C])
    sigopt.archive_run(experiment.create_run().id)
    assert experiment.create_run().params.c == "red"


def test_offline_suggestions_in_a_small_space_differ_until_it_is_used_up(make):
    n = {**N, "bounds": {"min": 1, "max": 4}}
    found = [p["n"] for p in params_of(make(type="offline", parameters=[n]), 6)]
    assert sorted(found[:4]) == [1, 2, 3, 4]


def test_the_seed_decides_what_is_suggested(make, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_SEED", "11")
    first, again = (params_of(make(type="offline"), 3) for _ in range(2))
    assert first == again


def test_parallel_bandwidth_lengthens_the_initial_design(make):
    experiment = make(parallel_bandwidth=8)
    for _ in range(8):
        with experiment.create_run() as run:
            run.log_metric("y", run.params.x)
    trials = opened(experiment.id)._folder.state.trials.values()
    keys = [facts.arm["trial"]["generator_run"]["model_key"] for facts in trials]
    assert keys == ["Sobol"] * 8


@pytest.mark.slow
def test_offline_search_finds_a_better_point_than_chance(make):
    experiment = make(budget=14, parameters=[X, {**X, "name": "z"}])
    for run in experiment.loop():
        with run:
            run.log_metric("y", -((run.params.x - 0.7) ** 2) - (run.params.z - 0.2) ** 2)
    (best,) = experiment.get_best_runs()
    assert best.values["y"].value > -1e-3


@pytest.mark.slow
def test_minimizing_searches_the_other_way(make):
    experiment = make(budget=10, metrics=[{"name": "y", "objective": "minimize"}])
    for run in experiment.loop():
        with run:
            run.log_metric("y", (run.params.x - 0.4) ** 2)
    (best,) = experiment.get_best_runs()
    assert best.values["y"].value < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    "metrics",
    [
        [{"name": "y"}, {"name": "z", "objective": "minimize"}],
        [{"name": "y"}, {"name": "z", "strategy": "constraint", "threshold": 0.5}],
        [{"name": "z", "strategy": "constraint", "threshold": 0.9}],
    ],
    ids=["two optimized", "one with a constraint", "constraints alone"],
)
def test_a_model_serves_every_kind_of_metrics(make, metrics):
    experiment = make(budget=9, metrics=metrics)
    for run in experiment.loop():
        with run:
            run.log_metrics({"y": run.params.x, "z": 1 - run.params.x**2})
    trials = opened(experiment.id)._folder.state.trials.values()
    assert "GPEI" in {facts.arm["trial"]["generator_run"]["model_key"] for facts in trials}
    assert list(experiment.get_best_runs())


@pytest.mark.slow
def test_a_threshold_draws_the_search_to_its_part_of_the_front(make):
    def tried(**threshold):
        metrics = [{"name": "y", **threshold}, {"name": "z"}]
        experiment = make(budget=14, metrics=metrics, parameters=[X, {**X, "name": "u"}])
        for run in experiment.loop():
            with run:
                x, u = run.params.x, run.params.u
                run.log_metrics({"y": x - u, "z": 1 - x**2 - u})
        return [run.assignments["x"] for run in experiment.get_runs()][:8]

    assert np.mean(np.array(tried(threshold=0.7)) > 0.6) > np.mean(np.array(tried()) > 0.6)


@pytest.mark.slow
def test_a_model_keeps_constraints_conditionals_and_grids(make):
    experiment = make(
        budget=9,
        parameters=[X, DEPTH, WIDTH, {"name": "b", "type": "int", "grid": [8, 64]}],
        conditionals=[A],
    )
    for run in experiment.loop():
        with run:
            assert run.params.b in (8, 64)
            assert ("depth" in run.params) == (run.params.algo == "tree")
            run.log_metric("y", run.params.x + run.params.get("width", 0))


def test_a_failed_runs_point_is_a_failure_to_the_optimizer(make):
    experiment = make(type="offline")
    experiment.create_run().log_failure()
    (facts,) = opened(experiment.id)._folder.state.trials.values()
    assert facts.status == "failed"


# Several workers --------------------------------------------------------------------------------

WORKER = """
import sys
from armwright import sigopt
sigopt.set_store(sys.argv[1])
for run in sigopt.get_experiment(sys.argv[2]).loop():
    with run:
        run.log_metric("y", run.params.x)
"""


@pytest.mark.slow
def test_processes_share_a_budget_and_get_different_suggestions(make, tmp_path):
    sigopt.set_store(tmp_path)
    experiment = make(type="random", budget=12)
    command = [sys.executable, "-c", WORKER, str(tmp_path), experiment.id]
    workers = [subprocess.Popen(command) for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    runs = list(experiment.get_runs())
    assert 12 <= len(runs) <= 13
    assert len({run.assignments["x"] for run in runs}) == len(runs)
    assert {run.state for run in runs} == {"completed"}


def test_open_runs_are_not_suggested_again(make):
    n = {**N, "bounds": {"min": 1, "max": 3}}
    experiment = make(type="offline", parameters=[n])
    assert len({run.params.n for run in (experiment.create_run() for _ in range(3))}) == 3


KILLED = """
import os, sys
from armwright import sigopt
sigopt.set_store(sys.argv[1])
run = sigopt.get_experiment(sys.argv[2]).create_run(name="first")
run.params.extra = 1
run.log_metric("y", 99)
print(run.id, run.params.x, flush=True)
os._exit(9)
"""


@pytest.fixture
def after_a_kill(make, tmp_path):
    """An experiment of budget 1 whose only run's worker was killed; the run's id and value of x."""
    sigopt.set_store(tmp_path)
    experiment = make(type="random", budget=1)
    command = [sys.executable, "-c", KILLED, str(tmp_path), experiment.id]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    identifier, x = done.stdout.split()
    return experiment, identifier, float(x)


def test_a_killed_workers_run_is_taken_up_with_its_suggestion(after_a_kill):
    experiment, identifier, x = after_a_kill
    (run,) = experiment.loop()
    assert (run.id, run.params.x, run.run.name) == (identifier, x, "first")


def test_what_a_killed_worker_measured_does_not_count(after_a_kill):
    experiment, _, _ = after_a_kill
    for run in experiment.loop():
        assert run.run.values == {}
        run.end()
    assert list(experiment.get_best_runs()) == []


def test_a_killed_workers_run_can_be_archived(after_a_kill):
    experiment, identifier, _ = after_a_kill
    sigopt.archive_run(identifier)
    assert experiment.create_run().id != identifier


def test_a_run_that_was_given_up_and_taken_up_is_the_second_workers(make, caplog):
    experiment = make(type="random", budget=1)
    first = experiment.create_run()
    folder = opened(experiment.id)._folder
    folder.end(0, 1, {"state": "lost", "reason": "lease"})
    second = experiment.create_run()
    assert second.id == first.id
    second.log_metric("y", 1)
    first.log_metric("y", 50)
    first.end()
    assert "given up" in caplog.text
    assert sigopt.get_run(first.id).state == "active"
    second.end()
    (best,) = experiment.get_best_runs()
    assert best.values["y"].value == 1


def test_a_run_that_was_lost_three_times_has_failed(make):
    experiment = make(type="random", budget=1)
    for attempt in (1, 2, 3):
        run = experiment.create_run()
        opened(experiment.id)._folder.end(0, attempt, {"state": "lost"})
    assert sigopt.get_run(run.id).state == "failed"
    assert experiment.is_finished()


def test_a_living_workers_run_stays_active_until_it_is_archived(make):
    experiment = make(type="random", budget=1)
    identifier = experiment.create_run().id
    assert sigopt.get_run(identifier).state == "active"
    sigopt.archive_run(identifier)
    experiment.refresh()
    assert experiment.progress.active_run_count == 0


@pytest.mark.slow
def test_values_of_any_size_stop_no_search(make):
    experiment = make(budget=9)
    for place, run in enumerate(experiment.loop()):
        with run:
            run.log_metric("y", 10.0 ** (30 * place))
    assert {run.state for run in experiment.get_runs()} == {"completed"}
