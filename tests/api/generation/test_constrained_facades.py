"""Outcome constraints through `ax.optimize`, `AxClient` and the command line."""

import json

import pytest
from click.testing import CliRunner

from armwright import ax
from armwright.ax.ax_client import AxClient
from armwright.cli import main

XY = [
    {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
    {"name": "y", "type": "range", "bounds": [0.0, 1.0]},
]


def plane(p):
    """The loss falls towards (0, 0), where the cost is too high; 1 is the best that is allowed."""
    return {"loss": (p["x"] + p["y"], 0.0), "cost": (2.0 - p["x"] - p["y"], 0.0)}


def keeps(values):
    return values["cost"] <= 1.05


def test_optimize_returns_the_best_point_that_keeps_the_constraint():
    best, (means, covariances), experiment, _ = ax.optimize(
        XY,
        plane,
        objective_name="loss",
        minimize=True,
        outcome_constraints=["cost <= 1"],
        total_trials=12,
        random_seed=4,
    )
    assert keeps({name: mean for name, (mean, _) in plane(best).items()})
    assert best["x"] + best["y"] < 1.1
    assert means == {name: pytest.approx(mean, abs=0.05) for name, (mean, _) in plane(best).items()}
    assert set(covariances) == {"loss", "cost"}
    assert experiment.num_trials == 12


def test_a_client_makes_arms_that_keep_a_relative_constraint():
    client = AxClient(random_seed=4)
    start = {"x": 0.5, "y": 0.5}
    client.create_experiment(
        XY,
        objective_name="loss",
        minimize=True,
        outcome_constraints=["cost <= 0%"],
        status_quo=start,
    )
    _, index = client.attach_trial(start)
    client.complete_trial(index, plane(start))
    for _ in range(9):
        parameters, index = client.get_next_trial()
        client.complete_trial(index, plane(parameters))
    best, (means, _) = client.get_best_parameters()
    assert keeps(means)
    assert best["x"] + best["y"] < 1.15


def test_a_client_without_a_result_of_the_status_quo_says_what_is_missing():
    client = AxClient(random_seed=4)
    client.create_experiment(
        XY,
        objective_name="loss",
        outcome_constraints=["cost <= 0%"],
        status_quo={"x": 0.5, "y": 0.5},
    )
    for _ in range(5):
        parameters, index = client.get_next_trial()
        client.complete_trial(index, plane(parameters))
    with pytest.raises(ValueError, match="status quo, which has no observation of 'cost'"):
        client.get_next_trial()


def test_the_command_line_asks_for_arms_that_keep_the_constraint(tmp_path):
    def run(*words, stdin=None):
        result = CliRunner().invoke(main, [str(word) for word in words], input=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    definition = {
        "parameters": XY,
        "objective": {"metric": "loss", "minimize": True},
        "outcome_constraints": ["cost <= 1"],
        "seed": 4,
    }
    run("create", tmp_path / "e", "--from", "-", stdin=json.dumps(definition))
    costs = []
    for _ in range(9):
        (asked,) = json.loads(run("ask", tmp_path / "e", "--json"))["trials"]
        values = {name: mean for name, (mean, _) in plane(asked["parameters"]).items()}
        costs.append(values["cost"])
        run("tell", tmp_path / "e", asked["trial"], *(f"{k}={v}" for k, v in values.items()))
    # the first arm of the model is where the constraint only just holds
    assert costs[5] == pytest.approx(1.0, abs=0.05)
    best = json.loads(run("best", tmp_path / "e", "--json"))
    assert 1.0 <= best["mean"] < 1.06
