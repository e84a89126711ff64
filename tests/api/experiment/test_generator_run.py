"""Section 10 of the semantics: GeneratorRun."""

from datetime import datetime

import pytest

from armwright.experiment import (
    Arm,
    GeneratorRun,
    GeneratorRunStruct,
    GeneratorRunType,
    merge_model_predict,
)

ARMS = [Arm({"x": 1.0}), Arm({"x": 2.0}), Arm({"x": 3.0})]
PREDICTIONS = (
    {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]},
    {
        "a": {"a": [0.1, 0.2, 0.3], "b": [0.0, 0.0, 0.0]},
        "b": {"a": [0.0, 0.0, 0.0], "b": [0.4, 0.5, 0.6]},
    },
)


def arms():
    return [arm.clone() for arm in ARMS]


def test_weights_default_to_one():
    run = GeneratorRun(arms())
    assert run.weights == [1.0, 1.0, 1.0]
    assert run.arms == ARMS


@pytest.mark.parametrize("weights", [[], [1.0], [1.0] * 4])
def test_weights_must_be_one_for_each_arm(weights):
    with pytest.raises(ValueError, match="one for each of the 3 arms"):
        GeneratorRun(arms(), weights)


def test_arms_with_equal_parameters_are_merged():
    run = GeneratorRun([*arms(), Arm({"x": 1.0}), Arm({"x": 1})], [1, 2, 3, 4, 5])
    assert run.arms == [*ARMS, Arm({"x": 1})]
    assert run.weights == [5.0, 2.0, 3.0, 5.0]


def test_arm_weights_are_an_ordered_mapping():
    run = GeneratorRun(arms(), [3.0, 2.0, 1.0])
    assert list(run.arm_weights.items()) == list(zip(ARMS, [3.0, 2.0, 1.0], strict=True))


def test_predictions_follow_the_arms_when_some_are_merged():
    first, second, third = arms()
    run = GeneratorRun([first, first.clone(), third], model_predictions=PREDICTIONS)
    assert run.model_predictions[0] == {"a": [1.0, 3.0], "b": [4.0, 6.0]}
    assert run.model_predictions_by_arm[third.signature][0] == {"a": 3.0, "b": 6.0}
    assert second.signature not in run.model_predictions_by_arm


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"model_kwargs": {}, "model_key": "Sobol"}, "together"),
        ({"bridge_kwargs": {}, "model_key": "Sobol"}, "together"),
        ({"model_kwargs": {}, "bridge_kwargs": {}}, "model_key"),
    ],
)
def test_model_arguments_come_together_and_with_the_model(options, match):
    with pytest.raises(ValueError, match=match):
        GeneratorRun(arms(), **options)
    GeneratorRun(arms(), model_key="Sobol", model_kwargs={}, bridge_kwargs={})


def test_the_step_index_must_not_be_negative():
    with pytest.raises(AssertionError, match="generation_step_index must be >= 0, got -1"):
        GeneratorRun(arms(), generation_step_index=-1)
    GeneratorRun(arms(), generation_step_index=0)


def test_the_index_is_none_until_it_is_set_once():
    run = GeneratorRun(arms())
    assert run.index is None
    run.index = 2
    run.index = 2
    assert run.index == 2
    with pytest.raises(ValueError, match=r"index 2 .* got 3"):
        run.index = 3


def test_param_df_has_a_row_for_each_arm():
    named = Arm({"x": 1.0, "y": "a"}, name="0_0")
    unnamed = Arm({"x": 2.0, "y": "b"})
    df = GeneratorRun([named, unnamed]).param_df
    assert df.index.tolist() == ["0_0", unnamed.signature[-4:]]
    assert df.columns.tolist() == ["x", "y"]
    assert df.to_numpy().tolist() == [[1.0, "a"], [2.0, "b"]]


def test_predictions_by_arm():
    run = GeneratorRun(arms(), model_predictions=PREDICTIONS)
    assert run.model_predictions == PREDICTIONS
    assert run.model_predictions_by_arm[ARMS[1].signature] == (
        {"a": 2.0, "b": 5.0},
        {"a": {"a": 0.2, "b": 0.0}, "b": {"a": 0.0, "b": 0.5}},
    )
    assert len(run.model_predictions_by_arm) == 3


def test_without_predictions_there_are_none_by_arm():
    run = GeneratorRun(arms())
    assert run.model_predictions is None
    assert run.model_predictions_by_arm is None
    assert run.best_arm_predictions is None


def test_the_record_of_how_the_arms_were_made(space, config):
    best = (ARMS[0], ({"a": 1.0}, {"a": {"a": 0.1}}))
    run = GeneratorRun(
        arms(),
        optimization_config=config,
        search_space=space,
        best_arm_predictions=best,
        fit_time=1.5,
        gen_time=0.5,
        gen_metadata={"note": "warm"},
    )
    assert run.optimization_config == config
    assert run.search_space == space
    assert run.best_arm_predictions == best
    assert (run.fit_time, run.gen_time) == (1.5, 0.5)
    assert run.gen_metadata == {"note": "warm"}
    assert isinstance(run.time_created, datetime)


def test_the_type_is_the_text_given():
    assert GeneratorRun(arms()).generator_run_type is None
    assert GeneratorRun(arms(), type="STATUS_QUO").generator_run_type == "STATUS_QUO"
    assert [(kind.name, kind.value) for kind in GeneratorRunType] == [
        ("STATUS_QUO", 0),
        ("MANUAL", 1),
    ]


@pytest.mark.parametrize("make", ["new_trial", "new_batch_trial"])
def test_an_arm_added_by_hand_comes_from_a_manual_run(experiment, arm, make):
    trial = getattr(experiment, make)().add_arm(arm)
    assert [run.generator_run_type for run in trial.generator_runs] == ["MANUAL"]


def test_clone_keeps_names_time_and_index():
    run = GeneratorRun([Arm({"x": 1.0}, name="0_0"), Arm({"x": 2.0})], [2.0, 1.0])
    run.index = 3
    clone = run.clone()
    assert clone == run
    assert clone.arms[0].name == "0_0"
    assert clone.arms[0] is not run.arms[0]
    assert clone.time_created == run.time_created
    assert clone.index == 3


def test_a_struct_is_a_named_pair():
    run = GeneratorRun(arms())
    assert GeneratorRunStruct._fields == ("generator_run", "weight")
    assert GeneratorRunStruct(run, 2.0) == (run, 2.0)


def test_merge_model_predict_appends_metric_by_metric():
    first = ({"a": [1.0]}, {"a": {"a": [0.1]}})
    second = ({"a": [2.0, 3.0]}, {"a": {"a": [0.2, 0.3]}})
    assert merge_model_predict(first, second) == (
        {"a": [1.0, 2.0, 3.0]},
        {"a": {"a": [0.1, 0.2, 0.3]}},
    )
    assert first == ({"a": [1.0]}, {"a": {"a": [0.1]}})


def test_merge_model_predict_needs_the_same_metrics():
    with pytest.raises(ValueError, match="same metrics"):
        merge_model_predict(PREDICTIONS, ({"a": [2.0]}, {"a": {"a": [0.2]}}))
