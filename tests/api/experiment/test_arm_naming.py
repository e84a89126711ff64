"""Section 10 of the semantics: how arms get their names."""

import pytest

from armwright.experiment import Arm, Experiment, GeneratorRun


def arm(x1, name=None):
    return Arm({"x1": x1, "x2": 0.0}, name=name)


def names(trial):
    return [arm.name for arm in trial.arms]


def test_an_arm_is_named_by_trial_and_count(experiment):
    batch = (
        experiment.new_batch_trial().add_arms_and_weights([arm(1.0), arm(2.0)]).add_arm(arm(3.0))
    )
    assert names(batch) == ["0_0", "0_1", "0_2"]
    assert names(experiment.new_trial().add_arm(arm(4.0))) == ["1_0"]


def test_a_known_arm_takes_its_name_and_uses_up_no_number(experiment):
    experiment.new_trial().add_arm(arm(1.0))
    batch = experiment.new_batch_trial().add_arms_and_weights([arm(2.0), arm(1.0), arm(3.0)])
    assert names(batch) == ["1_0", "0_0", "1_1"]


def test_an_arm_added_twice_to_a_batch_keeps_its_name(experiment):
    batch = experiment.new_batch_trial().add_arm(arm(1.0)).add_arm(arm(1.0)).add_arm(arm(2.0))
    assert names(batch) == ["0_0", "0_1"]
    assert batch.weights == [2.0, 1.0]


@pytest.mark.parametrize("make", ["new_trial", "new_batch_trial"])
def test_a_known_arm_under_another_name_is_an_error(experiment, make):
    experiment.new_trial().add_arm(arm(1.0))
    trial = getattr(experiment, make)()
    with pytest.raises(ValueError, match=r"arm 'mine'.*arm '0_0'"):
        trial.add_arm(arm(1.0, name="mine"))
    assert trial.arms == []


def test_an_arm_with_its_own_name_keeps_it_and_uses_up_no_number(experiment):
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([arm(1.0, name="mine"), arm(2.0)])
    assert names(batch) == ["mine", "0_0"]
    assert names(experiment.new_trial().add_arm(arm(1.0))) == ["mine"]


def test_a_name_stays_with_its_parameters(experiment):
    experiment.new_trial().add_arm(arm(1.0))
    with pytest.raises(ValueError, match="arm '0_0': the name belongs to an arm with other"):
        experiment.new_trial().add_arm(arm(2.0, name="0_0"))


def test_a_name_that_the_user_took_is_skipped(experiment):
    batch = experiment.new_batch_trial().add_arm(arm(1.0, name="0_0")).add_arm(arm(2.0))
    assert names(batch) == ["0_0", "0_1"]


def test_of_several_arms_none_is_added_if_one_is_wrong(experiment):
    batch = experiment.new_batch_trial()
    with pytest.raises(ValueError, match="'same'"):
        batch.add_arms_and_weights([arm(1.0), arm(2.0, name="same"), arm(3.0, name="same")])
    with pytest.raises(ValueError, match="'x1'"):
        batch.add_arms_and_weights([arm(1.0), arm("text")])
    assert batch.arms == []
    assert experiment.arms_by_name == {}


def test_a_trial_that_could_not_be_made_is_not_part_of_the_experiment(experiment):
    with pytest.raises(ValueError, match="'x1'"):
        experiment.new_trial(GeneratorRun([arm("text")]))
    with pytest.raises(ValueError, match="'x1'"):
        experiment.new_batch_trial(GeneratorRun([arm("text")]))
    assert experiment.trials == {}


def test_a_trial_names_the_very_arm_it_is_given(experiment):
    given = arm(1.0)
    trial = experiment.new_trial().add_arm(given)
    assert trial.arm is given
    assert given.name == "0_0"


def test_a_batch_leaves_the_arms_it_is_given_unnamed(experiment):
    given = arm(1.0)
    experiment.new_batch_trial().add_arm(given)
    assert not given.has_name


def test_the_status_quo_is_named_status_quo(experiment):
    experiment.status_quo = arm(1.0)
    assert experiment.status_quo.name == "status_quo"


def test_further_status_quos_are_numbered(experiment):
    found = []
    for x1 in (1.0, 2.0, 3.0):
        experiment.status_quo = arm(x1)
        found.append(experiment.status_quo.name)
        experiment.new_batch_trial().set_status_quo_with_weight(experiment.status_quo, 1.0)
    assert found == ["status_quo", "status_quo_e0", "status_quo_e1"]


def test_a_status_quo_of_a_batch_is_numbered_by_the_batch(experiment):
    experiment.new_trial()
    batch = experiment.new_batch_trial()
    batch.set_status_quo_with_weight(arm(1.0), 1.0)
    assert batch.status_quo.name == "status_quo_1"
    batch.set_status_quo_with_weight(arm(2.0), 1.0)
    assert batch.status_quo.name == "status_quo_1_e0"


def test_a_status_quo_of_a_batch_that_is_known_keeps_its_name(experiment):
    experiment.new_trial().add_arm(arm(1.0))
    batch = experiment.new_batch_trial().set_status_quo_with_weight(arm(1.0), 1.0)
    assert batch.status_quo.name == "0_0"


def test_the_experiment_holds_each_arm_once(experiment):
    experiment.status_quo = arm(0.0)
    experiment.new_trial().add_arm(arm(1.0))
    experiment.new_trial().add_arm(arm(1.0))
    experiment.new_batch_trial().add_arms_and_weights([arm(1.0), arm(2.0)])
    assert list(experiment.arms_by_name) == ["status_quo", "0_0", "2_0"]
    assert {arm.name for arm in experiment.arms_by_signature.values()} == set(
        experiment.arms_by_name
    )
    assert all(
        signature == arm.signature for signature, arm in experiment.arms_by_signature.items()
    )


def test_sum_trial_sizes_counts_an_arm_for_each_trial(experiment):
    experiment.new_trial()
    experiment.new_trial().add_arm(arm(1.0))
    experiment.new_batch_trial().add_arms_and_weights([arm(1.0), arm(2.0), arm(2.0)])
    assert experiment.sum_trial_sizes == 3


def test_two_experiments_name_arms_by_themselves(space):
    for _ in range(2):
        assert names(Experiment(space).new_trial().add_arm(arm(1.0))) == ["0_0"]
