"""No option of a model is ignored in silence: two that exclude each other are refused."""

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.generation import Models
from armwright.persistence import definition_from_dict


@pytest.mark.parametrize(
    ("member", "options", "message"),
    [
        (
            Models.GPEI,
            {"hyperparameter_draws": 8, "output_warp": "likeliest"},
            "output_warp='likeliest' does not go together with hyperparameter_draws=8",
        ),
        (Models.FULLYBAYESIAN, {"output_warp": "turns"}, "together with hyperparameter_draws=16"),
        (
            Models.GPEI,
            {"search_for": "noisy improvement", "output_warp": "turns"},
            "together with search_for='noisy improvement'",
        ),
        (Models.GPKG, {"output_warp": "likeliest"}, "together with search_for='knowledge'"),
        (Models.GPMES, {"hyperparameter_draws": 4}, "together with search_for='maximum'"),
        (Models.FULLYBAYESIAN, {"search_for": "knowledge"}, "draws=16 does not go together with"),
        (
            Models.GPEI,
            {"cost_intercept": 0.5},
            "cost_intercept is for searches that weigh the cost",
        ),
        (
            Models.GPEI,
            {"fidelity_weights": {"epochs": 2.0}, "search_for": "noisy improvement"},
            "fidelity_weights is for .* search_for='noisy improvement' does not",
        ),
    ],
)
def test_options_of_which_one_would_be_ignored_are_refused(
    measured_square, member, options, message
):
    with pytest.raises(ValueError, match=message):
        member(experiment=measured_square(count=5), seed=1, **options)


@pytest.mark.parametrize(
    ("member", "options"),
    [
        (Models.FULLYBAYESIAN, {"output_warp": "none", "input_warp": True}),
        (Models.GPEI, {"search_for": "noisy improvement", "hyperparameter_draws": 4}),
        (Models.GPKG, {"cost_intercept": 0.5, "output_warp": "none"}),
    ],
)
def test_others_go_together(measured_square, member, options):
    bridge = member(experiment=measured_square(count=5), seed=1, **options)
    assert {**bridge.model.again().said} == bridge.model.said


@pytest.mark.slow
def test_noisy_improvement_over_draws_of_the_hyperparameters_is_over_both(measured_square):
    options = {"search_for": "noisy improvement", "hyperparameter_draws": 2}
    made = Models.GPEI(experiment=measured_square(count=5), seed=1, **options).gen(1).gen_metadata
    assert "over draws of what known arms are worth" in made["acquisition"]
    assert len(made["hyperparameters"]["draws"]) == 2


def test_what_fixed_features_leave_without_effect_is_in_the_record(measured_square):
    bridge = Models.GPEI(experiment=measured_square(count=5), seed=1, output_warp="likeliest")
    held = ax.ObservationFeatures({"x": 0.25})
    (note,) = bridge.gen(1, fixed_features=held).gen_metadata["notes"]
    assert note == "output_warp likeliest is without effect: every arm has fixed features"


def test_in_a_part_of_the_space_the_record_says_what_was_searched_for(measured_square):
    space = ax.SearchSpace(
        [
            ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 0.5),
            ax.RangeParameter("y", ax.ParameterType.FLOAT, 0.0, 1.0),
        ]
    )
    bridge = Models.GPKG(experiment=measured_square(count=5), seed=1)
    made = bridge.gen(1, search_space=space).gen_metadata
    assert made["acquisition"] == "log expected improvement"
    assert any("searched for improvement over what is known" in note for note in made["notes"])


# The arm that relative bounds refer to ----------------------------------------------------


def bounded(experiment):
    """The same with m bounded by what it is at some arm, and without a status quo."""
    bound = ax.OutcomeConstraint(ax.Metric("m"), ax.ComparisonOp.LEQ, 10.0, relative=True)
    aim = ax.Objective(ax.Metric("other"), minimize=True)
    experiment.optimization_config = ax.OptimizationConfig(aim, [bound])
    return experiment


def test_a_named_arm_stands_in_for_a_status_quo(measured_square):
    experiment = bounded(measured_square(count=5))
    Models.GPEI(experiment=experiment, seed=1, status_quo_name="0_0")
    with pytest.raises(UsageError, match="relative to the status quo, and the experiment has none"):
        Models.GPEI(experiment=experiment, seed=1)


def test_a_name_of_no_arm_is_refused(measured_square):
    with pytest.raises(ValueError, match="status_quo_name: the experiment has no arm 'nobody'"):
        Models.GPEI(experiment=measured_square(count=5), seed=1, status_quo_name="nobody")


# An experiment file -------------------------------------------------------------------------

X = {"name": "x", "type": "range", "bounds": [0.0, 1.0]}
TASK = {"name": "t", "type": "choice", "values": ["a", "b"], "is_task": True, "target_value": "a"}
LIKELIEST = {"generation": {"output_warp": "likeliest", "input_warp": True}}
OBJECTIVES = [{"metric": "loss", "minimize": True}, {"metric": "size", "minimize": True}]


@pytest.mark.parametrize(
    ("part", "parts"),
    [
        ({"objective": OBJECTIVES[0], "parameters": [X]}, []),
        (
            {"objective": OBJECTIVES[0], "parameters": [X], "outcome_constraints": ["size <= 1"]},
            ["generation.input_warp is without effect: one metric may be modelled, these are loss"],
        ),
        (
            {"objectives": OBJECTIVES, "parameters": [X]},
            ["generation.output_warp likeliest is without effect: of several", "input_warp is"],
        ),
        (
            {"objective": OBJECTIVES[0], "parameters": [X, TASK]},
            ["made at the target of t, which is a task"],
        ),
        (
            {
                "objective": OBJECTIVES[0],
                "parameters": [{**X, "is_fidelity": True, "target_value": 1.0}],
            },
            ["made at the target of x, which is a fidelity"],
        ),
    ],
)
def test_a_file_is_told_what_is_without_effect(part, parts):
    notes = definition_from_dict({**part, **LIKELIEST}).notes
    assert len(notes) == len(parts)
    for note, words in zip(notes, parts, strict=True):
        assert words in note
