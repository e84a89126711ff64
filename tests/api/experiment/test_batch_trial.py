"""Section 10 of the semantics: BatchTrial."""

import math
from datetime import datetime

import pytest

from armwright.experiment import (
    AbandonedArm,
    Arm,
    Experiment,
    GeneratorRun,
    SyntheticRunner,
    TrialStatus,
)


def arm(x1, x2=0.0, name=None):
    return Arm({"x1": x1, "x2": x2}, name=name)


@pytest.fixture
def batch(experiment):
    """A batch of two arms with weights 2 and 1."""
    return experiment.new_batch_trial().add_arms_and_weights([arm(1.0), arm(2.0)], [2.0, 1.0])


def by_name(batch):
    return {arm.name: weight for arm, weight in batch.arm_weights.items()}


# Arms and weights ---------------------------------------------------------------------------


def test_an_empty_batch(experiment):
    batch = experiment.new_batch_trial()
    assert (batch.arms, batch.weights, batch.arms_by_name) == ([], [], {})
    assert batch.arm_weights == {}
    assert batch.generator_run_structs == []
    assert batch.experiment is experiment


def test_adding_returns_the_batch(experiment):
    batch = experiment.new_batch_trial()
    assert batch.add_arm(arm(1.0)) is batch
    assert batch.add_arms_and_weights([arm(2.0)]) is batch
    assert batch.add_generator_run(GeneratorRun([arm(3.0)])) is batch
    assert batch.weights == [1.0, 1.0, 1.0]


def test_a_clone_of_the_run_is_attached_with_its_weight(experiment):
    run = GeneratorRun([arm(1.0)], [3.0])
    batch = experiment.new_batch_trial(generator_run=run)
    batch.add_generator_run(run, multiplier=2.0)
    structs = batch.generator_run_structs
    assert [struct.weight for struct in structs] == [1.0, 2.0]
    assert [struct.generator_run.index for struct in structs] == [0, 1]
    assert all(struct.generator_run is not run for struct in structs)
    assert run.index is None
    assert not run.arms[0].has_name


def test_weights_add_up_over_runs_in_the_order_first_seen(batch):
    batch.add_generator_run(GeneratorRun([arm(3.0), arm(1.0)], [5.0, 0.5]), multiplier=2.0)
    assert by_name(batch) == {"0_0": 3.0, "0_1": 1.0, "0_2": 10.0}
    assert batch.weights == [3.0, 1.0, 10.0]
    assert [arm.name for arm in batch.arms] == ["0_0", "0_1", "0_2"]
    assert list(batch.arms_by_name) == ["0_0", "0_1", "0_2"]


def test_the_multiplier_of_arms_scales_their_weights(experiment):
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([arm(1.0), arm(2.0)], weights=[1.0, 3.0], multiplier=0.5)
    batch.add_arm(arm(3.0), weight=0.75)
    assert batch.weights == [0.5, 1.5, 0.75]


def test_weights_cannot_be_set(batch):
    with pytest.raises(NotImplementedError, match="add_arms_and_weights"):
        batch.arm_weights = {}


# Status quo ---------------------------------------------------------------------------------


@pytest.fixture
def with_status_quo(experiment):
    experiment.status_quo = arm(0.0)
    return experiment


def test_the_status_quo_of_the_experiment_is_for_the_record_only(with_status_quo):
    batch = with_status_quo.new_batch_trial().add_arm(arm(1.0))
    assert batch.status_quo == with_status_quo.status_quo
    assert by_name(batch) == {"0_0": 1.0}


def test_a_status_quo_with_a_weight_is_one_of_the_arms(batch):
    assert batch.set_status_quo_with_weight(arm(0.0), 4.0) is batch
    assert by_name(batch) == {"0_0": 2.0, "0_1": 1.0, "status_quo_0": 4.0}


def test_the_weight_of_the_status_quo_replaces_that_of_runs(batch):
    batch.set_status_quo_with_weight(arm(1.0), 7.0)
    assert by_name(batch) == {"0_0": 7.0, "0_1": 1.0}


@pytest.mark.parametrize("weight", [0, -1.0])
def test_the_weight_of_the_status_quo_must_be_above_zero(batch, weight):
    with pytest.raises(ValueError, match=f"must be > 0, got {weight}"):
        batch.set_status_quo_with_weight(arm(0.0), weight)
    assert batch.status_quo is None


def test_a_status_quo_of_wrong_types_is_an_error(batch):
    with pytest.raises(ValueError, match="'x1'"):
        batch.set_status_quo_with_weight(arm("text"), 1.0)


def test_an_unset_status_quo_is_gone_with_its_weight(batch):
    batch.set_status_quo_with_weight(arm(1.0), 7.0)
    batch.unset_status_quo()
    assert batch.status_quo is None
    assert by_name(batch) == {"0_0": 2.0, "0_1": 1.0}


def test_the_status_quo_cannot_be_set_directly(batch):
    with pytest.raises(NotImplementedError, match="set_status_quo_with_weight"):
        batch.status_quo = arm(0.0)


def test_a_later_status_quo_of_the_experiment_does_not_change_the_batch(batch, experiment):
    experiment.status_quo = arm(0.0)
    assert batch.status_quo is None


# Power --------------------------------------------------------------------------------------


def test_power_needs_a_status_quo(experiment):
    with pytest.raises(ValueError, match="optimize_for_power needs a status quo"):
        experiment.new_batch_trial(optimize_for_power=True)
    assert experiment.num_trials == 0


def test_the_best_weight_for_power_follows_the_arms(with_status_quo):
    batch = with_status_quo.new_batch_trial(optimize_for_power=True)
    assert by_name(batch) == {"status_quo": 1.0}
    batch.add_arms_and_weights([arm(1.0), arm(2.0)], [2.0, 1.0])
    assert by_name(batch)["status_quo"] == pytest.approx(math.sqrt(3.0))
    batch.add_arm(arm(3.0), weight=6.0)
    assert by_name(batch)["status_quo"] == pytest.approx(3.0)


def test_the_best_weight_counts_the_other_arms_only(with_status_quo):
    batch = with_status_quo.new_batch_trial(
        GeneratorRun([arm(0.0), arm(1.0)], [5.0, 4.0]), optimize_for_power=True
    )
    assert by_name(batch) == {"status_quo": 2.0, "0_0": 4.0}


def test_power_can_be_asked_for_later(batch):
    assert batch.set_status_quo_and_optimize_power(arm(0.0)) is batch
    assert by_name(batch)["status_quo_0"] == pytest.approx(math.sqrt(3.0))


# Abandoned arms -----------------------------------------------------------------------------


def test_an_arm_can_be_abandoned_at_any_time(batch):
    assert batch.mark_arm_abandoned("0_0", "too hot") is batch
    batch.mark_running(no_runner_required=True).mark_completed()
    batch.mark_arm_abandoned("0_1")
    assert [arm.name for arm in batch.abandoned_arms] == ["0_0", "0_1"]
    assert [(gone.name, gone.reason) for gone in batch.abandoned_arms_metadata] == [
        ("0_0", "too hot"),
        ("0_1", None),
    ]
    assert isinstance(batch.abandoned_arms_metadata[0].time, datetime)


def test_an_arm_that_is_not_in_the_batch_cannot_be_abandoned(batch):
    with pytest.raises(ValueError, match=r"no arm 'other', its arms are \['0_0', '0_1'\]"):
        batch.mark_arm_abandoned("other")


def test_equality_of_abandoned_arms_ignores_parts_of_a_second():
    whole, later = datetime(2020, 4, 17, 9, 0, 0), datetime(2020, 4, 17, 9, 0, 0, 999)
    assert AbandonedArm._fields == ("name", "time", "reason")
    assert AbandonedArm("a", whole) == AbandonedArm("a", later)
    assert not AbandonedArm("a", whole) != AbandonedArm("a", later)  # noqa: SIM202 # the operator
    assert hash(AbandonedArm("a", whole)) == hash(AbandonedArm("a", later))
    assert AbandonedArm("a", whole) != AbandonedArm("a", datetime(2020, 4, 17, 9, 0, 1))
    assert AbandonedArm("a", whole) != AbandonedArm("a", whole, "reason")
    assert AbandonedArm("a", whole) != ("a", whole, None)


# Normalized weights -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "options", "expected"),
    [
        ([2, 1], {}, [2 / 3, 1 / 3]),
        ([2, 1], {"total": 100}, [200 / 3, 100 / 3]),
        ([2, 1], {"trunc_digits": 2}, [0.67, 0.33]),
        ([1, 1, 1], {"trunc_digits": 1}, [0.4, 0.3, 0.3]),
        ([1, 1, 1], {"total": 2, "trunc_digits": 0}, [1.0, 1.0, 0.0]),
        ([0.29, 0.71], {"trunc_digits": 2}, [0.29, 0.71]),
        ([1, 2, 3, 4], {"total": 10, "trunc_digits": 1}, [1.0, 2.0, 3.0, 4.0]),
    ],
)
def test_normalized_weights(experiment, weights, options, expected):
    arms = [arm(float(place)) for place in range(len(weights))]
    batch = experiment.new_batch_trial().add_arms_and_weights(arms, weights)
    normalized = batch.normalized_arm_weights(**options)
    assert list(normalized.values()) == pytest.approx(expected)
    assert list(normalized) == batch.arms
    assert batch.weights == weights


def test_normalized_weights_of_nothing_are_empty_and_of_zeros_an_error(experiment):
    batch = experiment.new_batch_trial()
    assert batch.normalized_arm_weights() == {}
    batch.add_arm(arm(1.0), weight=0.0)
    with pytest.raises(ValueError, match="more than 0"):
        batch.normalized_arm_weights()


# Factorial ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(1, 1), (1, 2), (2, 1), (2, 2)], True),
        ([(1, 1), (1, 2)], True),
        ([(1, 1)], True),
        ([(1, 1), (1, 2), (2, 1)], False),
        ([(1, 1), (2, 2)], False),
        ([], False),
    ],
)
def test_is_factorial(experiment, points, expected):
    batch = experiment.new_batch_trial()
    for x1, x2 in points:
        batch.add_arm(arm(float(x1), float(x2)))
    assert batch.is_factorial is expected


def test_arms_of_one_parameter_are_not_factorial(space):
    space.parameters.pop("x2")
    batch = Experiment(space).new_batch_trial().add_arm(Arm({"x1": 1.0}))
    assert not batch.is_factorial


# Clone --------------------------------------------------------------------------------------


def test_a_clone_is_a_new_candidate_with_the_same_runs(batch, experiment):
    batch.add_generator_run(GeneratorRun([arm(3.0)]), multiplier=4.0)
    batch.set_status_quo_with_weight(arm(9.0), 1.0)
    batch.runner = SyntheticRunner()
    batch.run()
    experiment.status_quo = arm(0.0)
    clone = batch.clone()
    assert experiment.trials == {0: batch, 1: clone}
    assert clone.status is TrialStatus.CANDIDATE
    assert by_name(clone) == {"0_0": 2.0, "0_1": 1.0, "0_2": 4.0}
    assert clone.runner == batch.runner
    assert clone.trial_type == batch.trial_type
    assert clone.status_quo == experiment.status_quo
    assert clone.run_metadata == {}


def test_changing_a_clone_leaves_the_original(batch):
    batch.clone().add_arm(arm(5.0))
    assert len(batch.arms) == 2
