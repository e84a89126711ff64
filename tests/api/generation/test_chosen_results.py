"""Which results a model that only looks is made of."""

import numpy as np
import pandas as pd
import pytest

from armwright import ax
from armwright.generation.chosen_results import chosen_results

LOSS, AUC = ax.Metric("loss", lower_is_better=True), ax.Metric("auc", lower_is_better=False)


def frame(**values):
    rows = [
        {"trial_index": trial, "arm_name": f"{trial}_0", "metric_name": name, "mean": mean}
        for name, means in values.items()
        for trial, mean in enumerate(means)
    ]
    return pd.DataFrame(rows)


def chosen(found):
    return sorted(set(found["trial_index"]))


def test_few_results_are_all_taken():
    results = frame(loss=[3.0, 1.0, 2.0])
    config = ax.OptimizationConfig(ax.Objective(LOSS, minimize=True))
    assert chosen_results(results, config, most=3) is results


@pytest.mark.parametrize("minimize", [True, False])
def test_of_many_a_quarter_are_the_best_and_the_others_lie_evenly(minimize):
    values = np.random.default_rng(0).permutation(400).astype(float)
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=minimize))
    found = chosen(chosen_results(frame(loss=values, auc=values), config, most=40))
    order = np.argsort(values if minimize else -values)
    assert len(found) == 40
    assert set(order[:10]) <= set(found)
    rest = sorted(set(found) - set(order[:10]))
    assert np.diff(rest).max() <= 20
    assert (rest[0], rest[-1]) == (min(set(range(400)) - set(order[:10])), 399)


def test_all_metrics_of_a_chosen_result_come_with_it():
    config = ax.OptimizationConfig(ax.Objective(LOSS, minimize=True))
    found = chosen_results(frame(loss=np.arange(50.0), auc=np.arange(50.0)), config, most=8)
    assert found.groupby("trial_index")["metric_name"].count().eq(2).all()


def test_the_best_are_those_that_keep_the_constraints():
    bound = ax.OutcomeConstraint(AUC, ax.ComparisonOp.GEQ, 100.0, relative=False)
    config = ax.OptimizationConfig(ax.Objective(LOSS, minimize=True), [bound])
    found = chosen(
        chosen_results(frame(loss=np.arange(400.0), auc=np.arange(400.0)), config, most=40)
    )
    assert set(range(100, 110)) <= set(found)


def test_of_two_objectives_the_best_of_each_are_taken():
    config = ax.OptimizationConfig(ax.MultiObjective([LOSS, AUC]))
    results = frame(loss=np.arange(400.0), auc=np.arange(400.0))
    found = chosen(chosen_results(results, config, most=40))
    assert {*range(5), *range(395, 400)} <= set(found)
