"""Search spaces and data as the optimizer's arrays, and back."""

import math

import numpy as np
import pytest

from armwright import ax
from armwright.generation.encoding import encode, failed_arms, latest_data, observe, open_arms

FLOAT, INT, STRING, BOOL = (
    ax.ParameterType.FLOAT,
    ax.ParameterType.INT,
    ax.ParameterType.STRING,
    ax.ParameterType.BOOL,
)


def ranged(name, lower, upper, kind=FLOAT, **more):
    return ax.RangeParameter(name=name, parameter_type=kind, lower=lower, upper=upper, **more)


def chosen(name, values, kind=STRING, **more):
    return ax.ChoiceParameter(name=name, parameter_type=kind, values=values, **more)


def fixed(name, value, kind=INT):
    return ax.FixedParameter(name=name, parameter_type=kind, value=value)


@pytest.fixture
def space():
    return ax.SearchSpace(
        parameters=[
            ranged("lr", 1e-4, 1.0, log_scale=True),
            fixed("epochs", 10),
            ranged("layers", 1, 4, INT),
            chosen("act", ["relu", "tanh", "elu"]),
            chosen("size", [16, 64, 256], INT, is_ordered=True),
            chosen("bias", [True, False], BOOL),
        ]
    )


PARAMETERS = {
    "lr": 0.01,
    "epochs": 10,
    "layers": 3,
    "act": "elu",
    "size": 64,
    "bias": False,
}


def test_a_row_and_back_is_the_same_parameterization_in_the_same_order_and_types(space):
    encoding = encode(space)
    back = encoding.parameterization(encoding.row(PARAMETERS))
    assert list(back) == list(space.parameters)
    assert back == PARAMETERS
    assert [type(value) for value in back.values()] == [float, int, int, str, int, bool]


def test_columns_follow_the_parameters_and_fixed_ones_have_none(space):
    columns = encode(space).problem.columns
    assert [column.kind for column in columns] == ["range", "range", "choice", "range", "choice"]
    assert columns[0].log
    assert [column.step for column in columns] == [0.0, 1.0, 0.0, 1.0, 0.0]
    assert (columns[3].lower, columns[3].upper) == (0.0, 2.0)


def test_digits_become_the_step():
    (column,) = encode(ax.SearchSpace([ranged("x", 0.0, 1.0, digits=2)])).problem.columns
    assert column.step == pytest.approx(0.01)


@pytest.mark.parametrize(
    "wrong",
    [{"act": "gelu"}, {"lr": None}, {"lr": -1.0}, {"layers": "three"}, {"layers": 9}, {"lr": 1.1}],
)
def test_an_arm_that_fits_no_column_has_no_row(space, wrong):
    assert encode(space).row({**PARAMETERS, **wrong}) is None


def test_a_value_that_rounding_moved_past_its_bound_still_has_a_row():
    space = ax.SearchSpace([ranged("x", 0.0, 0.3)])
    assert encode(space).row({"x": 0.1 + 0.2}) == [0.1 + 0.2]


def test_a_space_of_fixed_parameters_alone_has_one_constant_column():
    encoding = encode(ax.SearchSpace([fixed("epochs", 10), fixed("size", 2)]))
    assert encoding.problem.size == 1
    assert encoding.parameterization(encoding.row({})) == {"epochs": 10, "size": 2}


def test_parameters_held_at_a_value_have_no_column_and_count_into_bounds():
    space = ax.SearchSpace(
        [ranged("x", 0.0, 10.0), ranged("y", 0.0, 10.0)],
        [ax.ParameterConstraint({"x": 1.0, "y": 2.0}, bound=7.0)],
    )
    encoding = encode(space, held={"y": 3.0})
    assert encoding.parameterization([0.5]) == {"x": 0.5, "y": 3.0}
    np.testing.assert_array_equal(encoding.problem.constraint_weights, [[1.0]])
    np.testing.assert_array_equal(encoding.problem.constraint_bounds, [1.0])


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"z": 1.0}, "cannot hold 'z' at 1.0: the search space has lr, epochs"),
        ({"lr": 7.0}, "cannot hold 'lr' at 7.0: expected a value of RangeParameter"),
        ({"act": "gelu"}, "cannot hold 'act' at 'gelu': expected a value of ChoiceParameter"),
    ],
)
def test_only_a_value_the_parameter_can_have_is_held(space, held, words):
    with pytest.raises(ValueError, match=words):
        encode(space, held=held)


def test_linear_constraints_count_fixed_parameters_into_the_bound():
    x, y = ranged("x", 0.0, 10.0), ranged("y", 0.0, 10.0)
    space = ax.SearchSpace(
        [x, fixed("z", 2.0, FLOAT), y],
        [
            ax.ParameterConstraint({"x": 1.0, "y": -2.0, "z": 3.0}, bound=7.0),
            ax.OrderConstraint(lower_parameter=x, upper_parameter=y),
            ax.SumConstraint(parameters=[x, y], is_upper_bound=False, bound=1.0),
        ],
    )
    problem = encode(space).problem
    np.testing.assert_array_equal(
        problem.constraint_weights, [[1.0, -2.0], [1.0, -1.0], [-1.0, -1.0]]
    )
    np.testing.assert_array_equal(problem.constraint_bounds, [1.0, 0.0, -1.0])


def test_a_linear_constraint_on_a_choice_is_refused():
    space = ax.SearchSpace(
        [chosen("size", [1, 2], INT), ranged("x", 0.0, 1.0)],
        [ax.ParameterConstraint({"size": 1.0, "x": 1.0}, bound=2.0)],
    )
    with pytest.raises(ValueError, match="'size' is a choice parameter"):
        encode(space)


@pytest.fixture
def experiment():
    return ax.Experiment(
        search_space=ax.SearchSpace([ranged("x", 0.0, 1.0)]),
        name="e",
        optimization_config=ax.OptimizationConfig(ax.Objective(ax.Metric("m"), minimize=True)),
    )


def add_trial(experiment, x, result=None, *, end="mark_completed"):
    trial = experiment.new_trial().add_arm(ax.Arm({"x": x}))
    trial.mark_running(no_runner_required=True)
    if result is not None:
        experiment.attach_data(
            ax.Data.from_evaluations({trial.arm.name: {"m": result}}, trial_index=trial.index)
        )
    if end:
        getattr(trial, end)()
    return trial


def observed(experiment):
    encoding = encode(experiment.search_space)
    return observe(encoding, experiment, latest_data(experiment), "m")


def test_observations_carry_the_variance_and_where_they_are_from(experiment):
    add_trial(experiment, 0.25, (2.0, 0.5))
    add_trial(experiment, 0.75, (3.0, None))
    found = observed(experiment)
    np.testing.assert_array_equal(found.observations.x, [[0.25], [0.75]])
    np.testing.assert_array_equal(found.observations.y, [2.0, 3.0])
    assert found.keys == tuple((index, arm.signature) for index, arm in enumerate(found.arms))
    np.testing.assert_array_equal(found.observations.noise, [0.25, math.nan])


def test_failed_and_abandoned_trials_and_nan_are_left_out_and_said_so(experiment):
    add_trial(experiment, 0.1, (1.0, 0.0))
    add_trial(experiment, 0.2, (math.nan, 0.0))
    add_trial(experiment, 0.3, (2.0, 0.0), end="mark_failed")
    add_trial(experiment, 0.4, (2.0, 0.0), end="mark_abandoned")
    found = observed(experiment)
    assert len(found.arms) == 1
    assert found.left_out == (
        "2 observations of failed or abandoned arms",
        "1 observations not finite",
    )


def test_arms_outside_the_search_space_are_left_out_and_said_so(experiment):
    add_trial(experiment, 0.1, (1.0, 0.0))
    add_trial(experiment, 1.5, (2.0, 0.0))
    found = observed(experiment)
    assert [arm.parameters for arm in found.arms] == [{"x": 0.1}]
    assert found.left_out == ("1 observations outside the search space",)


def test_abandoned_arms_of_a_batch_are_left_out(experiment):
    trial = experiment.new_batch_trial().add_arms_and_weights(
        [ax.Arm({"x": v}) for v in (0.1, 0.9)]
    )
    trial.mark_running(no_runner_required=True)
    results = {arm.name: {"m": (1.0, 0.0)} for arm in trial.arms}
    experiment.attach_data(ax.Data.from_evaluations(results, trial_index=0))
    trial.mark_arm_abandoned(trial.arms[0].name)
    assert [arm.parameters for arm in observed(experiment).arms] == [{"x": 0.9}]


def test_arms_without_a_result_are_open_or_failed(experiment):
    add_trial(experiment, 0.1, (1.0, 0.0))
    failed = add_trial(experiment, 0.2, end="mark_failed")
    running = add_trial(experiment, 0.3, end="")
    add_trial(experiment, 0.4, (1.0, 0.0), end="")
    candidate = experiment.new_trial().add_arm(ax.Arm({"x": 0.5}))
    assert open_arms(experiment) == [running.arm, candidate.arm]
    assert failed_arms(experiment) == [failed.arm]


def test_the_row_of_an_arm_is_worked_out_once_for_equal_spaces(space, monkeypatch):
    arm = ax.Arm(PARAMETERS)
    first = encode(space).row_of(arm)
    assert first == encode(space).row(PARAMETERS)
    monkeypatch.setattr(type(encode(space)), "row", None)
    assert encode(space).row_of(arm) == first
    assert encode(space).rows([arm]).tolist() == [first]


@pytest.mark.parametrize(
    ("parameter", "row"),
    [
        (ranged("x", 0.0, 0.25), None),
        (chosen("x", [2.5, 0.5], FLOAT), [1.0]),
        (chosen("x", [0.5, 2.5], FLOAT), [0.0]),
    ],
)
def test_the_row_of_an_arm_is_another_one_in_another_space(parameter, row):
    arm = ax.Arm({"x": 0.5})
    assert encode(ax.SearchSpace([ranged("x", 0.0, 1.0)])).row_of(arm) == [0.5]
    assert encode(ax.SearchSpace([parameter])).row_of(arm) == row
    assert encode(ax.SearchSpace([ranged("x", 0.0, 1.0)])).row_of(arm) == [0.5]


def test_a_range_that_was_widened_lets_an_arm_in():
    parameter, arm = ranged("x", 0.0, 1.0), ax.Arm({"x": 1.5})
    space = ax.SearchSpace([parameter])
    assert encode(space).row_of(arm) is None
    parameter.update_range(upper=2.0)
    assert encode(space).row_of(arm) == [1.5]
