"""An experiment's progress is that of all its observations, and costs what is new of them."""

import numpy as np
import pytest

from armwright.sigopt import run_folder
from armwright.sigopt.core.documents import best_observed, observed
from armwright.sigopt.folders import opened

BOUNDED = {"name": "z", "strategy": "constraint", "threshold": 0.4}
BUDGET = {"observation_budget": 30}
TASKS = {
    "tasks": [{"name": "cheap", "cost": 0.25}, {"name": "full", "cost": 1.0}],
    **BUDGET,
    "type": "offline",
}


def counted_anew(ident):
    """Count, cost, first, last and best, from the documents of all runs."""
    folder = opened(ident)
    found = observed(folder.runs())
    costs = {task["name"]: task["cost"] for task in folder.definition["tasks"]}
    best = best_observed(folder, folder.runs())[:1]
    return (
        len(found),
        sum(costs.get(run.get("task"), 1.0) for run in found),
        *([run["id"] for run in some] for some in (found[-1:], found[:1], best)),
    )


def best_in(progress):
    with pytest.warns(DeprecationWarning, match="best_observation is deprecated"):
        return progress.best_observation


def told(experiment):
    progress = experiment.progress
    shown = (progress.first_observation, progress.last_observation, best_in(progress))
    ids = ([] if item is None else [item.id] for item in shown)
    return progress.observation_count, progress.observation_budget_consumed, *ids


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"metrics": [{"name": "y", "objective": "minimize"}, BOUNDED], **BUDGET},
        pytest.param(TASKS, marks=pytest.mark.slow),
    ],
    ids=["one metric", "a constraint", "tasks"],
)
def test_progress_is_that_of_all_observations_after_each_change(bound, fields):
    resource, rng, made = bound(**fields), np.random.default_rng(3), []
    names = [metric["name"] for metric in fields.get("metrics", [{"name": "y"}])]

    def values():
        return [{"name": name, "value": float(rng.integers(5)) / 4} for name in names]

    for step in range(14):
        kind = step % 5
        if kind == 3 and made:
            resource.observations(made[rng.integers(len(made))]).update(
                values=values(), failed=False
            )
        elif kind == 4 and len(made) > 1:
            resource.observations(made.pop(rng.integers(len(made)))).delete()
        else:
            said = {"failed": True} if step == 5 else {"values": values()}
            suggestion = resource.suggestions().create().id
            made.append(resource.observations().create(suggestion=suggestion, **said).id)
        experiment = resource.fetch()
        assert told(experiment) == counted_anew(experiment.id)


def test_progress_follows_a_threshold_that_changes(bound):
    resource = bound(metrics=[{"name": "y"}, BOUNDED], **BUDGET)
    values = [{"name": "y", "value": 3.0}, {"name": "z", "value": 0.5}]
    made = resource.observations().create(assignments={"x": 0.5}, values=values)
    assert best_in(resource.fetch().progress).id == made.id
    resource.update(metrics=[{"name": "y"}, {**BOUNDED, "threshold": 0.75}])
    assert best_in(resource.fetch().progress) is None


def test_a_fetch_makes_the_documents_of_what_is_new(observe, monkeypatch):
    resource = observe(range(12))
    resource.fetch()
    made, real = [], run_folder.run_document

    def counted(facts, ident):
        made.append(facts.number)
        return real(facts, ident)

    monkeypatch.setattr(run_folder, "run_document", counted)
    resource.fetch()
    assert len(made) == 3  # of the first, the last and the best, to show them
    resource.observations().create(assignments={"x": 0.5}, value=-1.0)
    made.clear()
    progress = resource.fetch().progress
    assert (progress.observation_count, progress.last_observation.value) == (13, -1.0)
    assert len(made) <= 4
