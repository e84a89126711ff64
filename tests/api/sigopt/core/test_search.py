"""The optimizer behind the core API knows all that was said of an experiment."""

import subprocess
import sys

import pytest

from armwright import sigopt
from armwright.sigopt.folders import opened

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
Z = {**X, "name": "z"}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
SUM = {
    "type": "less_than",
    "threshold": 1.0,
    "terms": [{"name": "x", "weight": 1}, {"name": "z", "weight": 1}],
}
TASKS = {
    "tasks": [{"name": "cheap", "cost": 0.5}, {"name": "full", "cost": 1}],
    "observation_budget": 9,
}
K = {"name": "k", "values": ["a", "b"]}
EITHER = {"parameters": [{**X, "conditions": {"k": "a"}}, {**N, "conditions": {"k": "b"}}]}


def loop(resource, times, score):
    """Suggests and observes; returns the suggestions."""
    found = []
    for _ in range(times):
        suggestion = resource.suggestions().create()
        resource.observations().create(suggestion=suggestion.id, value=score(suggestion))
        found.append(suggestion)
    return found


@pytest.mark.parametrize("kind", ["random", pytest.param("offline", marks=pytest.mark.slow)])
def test_linear_constraints_hold_with_tasks(bound, kind):
    resource = bound(type=kind, parameters=[X, Z], linear_constraints=[SUM], **TASKS)
    for suggestion in loop(resource, 8, lambda s: s.assignments["x"]):
        assert suggestion.assignments["x"] + suggestion.assignments["z"] <= 1 + 1e-9


@pytest.mark.parametrize("kind", ["random", pytest.param("offline", marks=pytest.mark.slow)])
def test_conditionals_hold_with_tasks(bound, kind):
    resource = bound(type=kind, conditionals=[K], **EITHER, **TASKS)
    for suggestion in loop(resource, 7, lambda s: len(s.assignments)):
        wanted = ["k", "x"] if suggestion.assignments["k"] == "a" else ["k", "n"]
        assert sorted(suggestion.assignments) == wanted


def test_a_prior_shapes_the_first_suggestions(bound):
    prior = {"name": "normal", "mean": 0.9, "scale": 0.01}
    resource = bound(parameters=[{**X, "prior": prior}])
    tried = [resource.suggestions().create().assignments["x"] for _ in range(5)]
    assert min(tried) > 0.8


def test_open_suggestions_are_kept_away_from(bound):
    resource = bound(type="offline")
    loop(resource, 6, lambda s: -((s.assignments["x"] - 0.3) ** 2))
    waiting = [resource.suggestions().create().assignments["x"] for _ in range(3)]
    assert len({round(x, 6) for x in waiting}) == 3


def test_a_deleted_suggestion_is_not_awaited(bound):
    resource = bound(type="offline")
    suggestion = resource.suggestions().create()
    resource.suggestions(suggestion.id).delete()
    experiment = opened(suggestion.experiment).known_experiment()
    assert len(experiment.trials) == 0


def test_the_standard_deviation_reaches_the_model(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    resource.observations().create(suggestion=suggestion.id, value=1.0, value_stddev=0.5)
    experiment = opened(suggestion.experiment).known_experiment()
    assert experiment.lookup_data_for_trial(0)[0].df["sem"].tolist() == [0.5]


def test_less_is_better_where_the_metric_says_so(bound):
    resource = bound(
        type="offline", metrics=[{"name": "y", "objective": "minimize"}], observation_budget=12
    )
    loop(resource, 12, lambda s: (s.assignments["x"] - 0.3) ** 2)
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert best.value < 1e-3


@pytest.mark.slow
def test_several_solutions_lie_apart(bound):  # once both peaks are in the best fifth
    resource = bound(type="offline", num_solutions=2, observation_budget=24)
    loop(resource, 24, lambda s: -min(abs(s.assignments["x"] - at) for at in (0.2, 0.8)))
    one, other = resource.best_assignments().fetch().iterate_pages()
    assert abs(one.assignments["x"] - other.assignments["x"]) > 0.3


def test_an_experiment_is_read_without_the_numerical_stack(tmp_path):
    sigopt.set_store(tmp_path)
    experiment = sigopt.Connection().experiments().create(name="e", parameters=[X], metrics=["y"])
    code = (
        "import sys; from armwright import sigopt; sigopt.set_store(sys.argv[1]);"
        "sigopt.Connection().experiments(sys.argv[2]).fetch();"
        "heavy = {'jax', 'scipy', 'pandas', 'pyarrow', 'numpy'} & set(sys.modules);"
        "print(*sorted(heavy))"
    )
    command = [sys.executable, "-c", code, str(tmp_path), experiment.id]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n")
