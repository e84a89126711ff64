"""A weighted sum of metrics is looked at as one objective, though a model knows its parts alone."""

import pytest

from armwright import ax
from armwright.looking import Charts
from armwright.persistence import StoredExperiment


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    loss, size = ax.Metric("loss", lower_is_better=True), ax.Metric("size", lower_is_better=True)
    objective = ax.ScalarizedObjective([loss, size], [1.0, 2.0], minimize=True)
    experiment = ax.Experiment(
        name="sum",
        search_space=ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)]),
        optimization_config=ax.OptimizationConfig(objective),
    )
    url = str(tmp_path_factory.mktemp("sums") / "sum")
    stored = StoredExperiment.create(url, experiment, seed=3, initial_trials=20)
    for _ in range(6):
        (trial,) = stored.ask(1)
        x = trial.arm.parameters["x"]
        stored.tell(trial.number, {"loss": ((x - 0.4) ** 2, 0.01), "size": (x / 10, 0.02)})
    return stored


@pytest.fixture(scope="module")
def charts(stored):
    return Charts(stored)


def test_a_folder_and_its_charts_name_the_same_best(stored, charts):
    best, drawn = stored.best(), charts.best()
    assert (best.number, best.metric) == (drawn.trial, drawn.metric)
    assert (best.mean, best.sem) == pytest.approx((drawn.mean, drawn.sem))
    assert (best.expected, best.expected_sd) == pytest.approx((drawn.expected, drawn.expected_sd))


def test_of_noisy_weighted_sums_the_best_is_expected_to_be_the_sum_of_its_parts(charts):
    best = charts.best()
    (arm,) = [trial for trial in charts.seen.trials if trial.trial == best.trial]
    x = arm.parameters["x"]
    assert best.metric == "1 loss + 2 size"
    assert best.mean == pytest.approx((x - 0.4) ** 2 + 2 * x / 10)
    assert best.expected == pytest.approx(best.mean, abs=0.05)
    assert 0 < best.expected_sd < (0.01**2 + 4 * 0.02**2) ** 0.5


@pytest.mark.parametrize("kind", ["trace", "slice", "importance"])
def test_a_noisy_weighted_sum_is_drawn_as_text(charts, kind):
    assert len(list(charts.text(kind))) > 1
