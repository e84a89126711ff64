"""Section 2 of the semantics: equality, hash, NumPy values, copies."""

from collections import OrderedDict
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from armwright.experiment import (
    Arm,
    BraninMetric,
    ChoiceParameter,
    ComparisonOp,
    Data,
    Experiment,
    FixedParameter,
    GeneratorRun,
    Metric,
    MultiObjective,
    Objective,
    OptimizationConfig,
    OrderConstraint,
    OutcomeConstraint,
    ParameterConstraint,
    ParameterType,
    RangeParameter,
    ScalarizedObjective,
    SearchSpace,
    SumConstraint,
    SyntheticRunner,
)
from armwright.experiment.equality import equal


def x(name="x", upper=2.0, **options):
    return RangeParameter(name, ParameterType.FLOAT, 1.0, upper, **options)


def y():
    return x("y")


def config(bound=3.0):
    constraint = OutcomeConstraint(Metric("m2"), ComparisonOp.GEQ, bound)
    return OptimizationConfig(Objective(Metric("m1")), [constraint])


CASES = {  # one way to make each class, and one way to make a different one
    "Arm": (lambda: Arm({"x": 1.0}), lambda: Arm({"x": 2.0})),
    "RangeParameter": (x, lambda: x(upper=3.0)),
    "ChoiceParameter": (
        lambda: ChoiceParameter("c", ParameterType.STRING, ["a", "b"]),
        lambda: ChoiceParameter("c", ParameterType.STRING, ["a", "b"], is_ordered=True),
    ),
    "FixedParameter": (
        lambda: FixedParameter("f", ParameterType.BOOL, True),
        lambda: FixedParameter("f", ParameterType.BOOL, False),
    ),
    "ParameterConstraint": (
        lambda: ParameterConstraint({"x": 1.0}, 2.0),
        lambda: ParameterConstraint({"x": 1.0}, 3.0),
    ),
    "OrderConstraint": (lambda: OrderConstraint(x(), y()), lambda: OrderConstraint(y(), x())),
    "SumConstraint": (
        lambda: SumConstraint([x(), y()], True, 3.0),
        lambda: SumConstraint([x(), y()], False, 3.0),
    ),
    "SearchSpace": (lambda: SearchSpace([x(), y()]), lambda: SearchSpace([x()])),
    "Metric": (lambda: Metric("m"), lambda: Metric("m", lower_is_better=True)),
    "BraninMetric": (
        lambda: BraninMetric("m", ["x", "y"]),
        lambda: BraninMetric("m", ["x", "y"], noise_sd=1.0),
    ),
    "Objective": (lambda: Objective(Metric("m")), lambda: Objective(Metric("m"), minimize=True)),
    "MultiObjective": (
        lambda: MultiObjective([Metric("m", lower_is_better=False)]),
        lambda: MultiObjective([Metric("m", lower_is_better=True)]),
    ),
    "ScalarizedObjective": (
        lambda: ScalarizedObjective([Metric("m")], [1.0]),
        lambda: ScalarizedObjective([Metric("m")], [2.0]),
    ),
    "OutcomeConstraint": (
        lambda: OutcomeConstraint(Metric("m"), ComparisonOp.LEQ, 1.0),
        lambda: OutcomeConstraint(Metric("m"), ComparisonOp.LEQ, 1.0, relative=False),
    ),
    "OptimizationConfig": (config, lambda: config(bound=4.0)),
    "SyntheticRunner": (SyntheticRunner, lambda: SyntheticRunner("more")),
    "Experiment": (
        lambda: Experiment(SearchSpace([x()]), name="a"),
        lambda: Experiment(SearchSpace([x()]), name="b"),
    ),
    "Data": (
        lambda: Data.from_evaluations({"0_0": {"m": (1.0, 0.1)}}, 0),
        lambda: Data.from_evaluations({"0_0": {"m": (1.0, None)}}, 0),
    ),
}


@pytest.mark.parametrize(("make", "make_other"), CASES.values(), ids=CASES)
def test_objects_made_alike_are_equal(make, make_other):
    assert make() == make()
    assert make_other() == make_other()


@pytest.mark.parametrize(("make", "make_other"), CASES.values(), ids=CASES)
def test_objects_that_differ_in_one_field_are_not_equal(make, make_other):
    assert make() != make_other()


@pytest.mark.parametrize("make", [make for make, _ in CASES.values()], ids=CASES)
@pytest.mark.parametrize("other", [None, 1, "text", Metric("other")], ids=repr)
def test_nothing_equals_another_type(make, other):
    assert (make() == other) is False


@pytest.mark.parametrize("name", [name for name in CASES if name != "Arm"])
def test_what_can_change_has_no_hash(name):
    with pytest.raises(TypeError, match="unhashable"):
        hash(CASES[name][0]())


WITHOUT_CLONE = ("SyntheticRunner", "Experiment", "Data")


@pytest.mark.parametrize("name", [name for name in CASES if name not in WITHOUT_CLONE])
def test_a_clone_is_an_equal_object_of_the_same_class(name):
    original = CASES[name][0]()
    clone = original.clone()
    assert clone == original
    assert clone is not original
    assert type(clone) is type(original)


EQUAL = [
    (0.1 + 0.2, 0.3),
    (1, 1.0),
    (float("nan"), float("nan")),
    (float("inf"), float("inf")),
    (np.float64(0.5), 0.5),
    (np.array([[1.0, 2.0]]), np.array([[1.0, 2.0 + 1e-9]])),
    ([1, 2, 2], [2, 1, 2]),
    ([[1, 2], [3]], [[3], [2, 1]]),
    ({"a": [1, 2], "b": 1}, {"b": 1, "a": [2, 1]}),
    (OrderedDict(a=1), {"a": 1}),
    ((1, 0.1 + 0.2), (1, 0.3)),
    (datetime(2020, 4, 17, 12, 0, 0, 5), datetime(2020, 4, 17, 12, 0, 0, 900)),
    (pd.DataFrame({"a": [1.0], "b": ["x"]}), pd.DataFrame({"b": ["x"], "a": [1.0 + 1e-9]})),
    (pd.DataFrame({"a": [1.0, None]}), pd.DataFrame({"a": [1.0, None]})),
    (pd.DataFrame(columns=["a"]), pd.DataFrame(columns=["a"])),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=range(len(EQUAL)))
def test_values_that_are_equal(one, other):
    assert equal(one, other)
    assert equal(other, one)


DIFFERENT = [
    (1e-9, 2e-9),
    (1.0, "1.0"),
    (1.0, None),
    (float("nan"), 1.0),
    ([1, 2, 2], [1, 1, 2]),
    ([1], [1, 1]),
    ((1, 2), (2, 1)),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, {"a": 2}),
    (datetime(2020, 4, 17, 12, 0, 0), datetime(2020, 4, 17, 12, 0, 1)),
    (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1.1]})),
    (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]})),
    (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1.0, 1.0]})),
    (pd.DataFrame({"a": [1.0]}), None),
    (np.array([1.0, 2.0]), np.array([2.0, 1.0])),
    (np.array([1.0]), None),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_values_that_are_not_equal(one, other):
    assert not equal(one, other)
    assert not equal(other, one)


def test_trials_compare_their_experiments_by_name_only():
    def trial(name, upper):
        return Experiment(SearchSpace([x(upper=upper)]), name=name).new_trial()

    assert trial("a", 2.0) == trial("a", 3.0)
    assert trial("a", 2.0) != trial("b", 2.0)


def test_experiments_with_different_trials_are_not_equal():
    one, other = (Experiment(SearchSpace([x()]), name="a") for _ in range(2))
    one.new_trial()
    assert one != other
    other.new_trial()
    assert one == other


def test_a_base_object_does_not_equal_an_instance_of_a_subclass_with_more_fields():
    assert Metric("m") != BraninMetric("m", ["x", "y"])


def test_numpy_values_are_stored_in_an_arm_as_python_numbers():
    arm = Arm({"i": np.int64(3), "f": np.float64(0.5), "b": np.bool_(True)})
    assert [type(value) for value in arm.parameters.values()] == [int, float, bool]


def test_changing_a_clone_of_a_parameter_leaves_the_original():
    original = ChoiceParameter("c", ParameterType.STRING, ["a", "b"])
    original.clone().add_values(["z"])
    assert original.values == ["a", "b"]


def test_changing_a_clone_of_a_space_leaves_the_original():
    original = SearchSpace([x(), y()], [OrderConstraint(x(), y())])
    clone = original.clone()
    clone.parameters["x"].update_range(upper=9.0)
    clone.parameter_constraints[0].lower_parameter.update_range(upper=9.0)
    clone.parameter_constraints.clear()
    assert original == SearchSpace([x(), y()], [OrderConstraint(x(), y())])


def test_changing_a_clone_of_a_config_leaves_the_original():
    original = config()
    clone = original.clone()
    clone.outcome_constraints[0].bound = -1.0
    clone.objective.minimize = True
    clone.objective.metric.lower_is_better = True
    assert original == config()


def test_changing_a_clone_of_a_generator_run_leaves_the_original():
    original = GeneratorRun(
        [Arm({"x": 1.0})],
        model_key="Sobol",
        model_kwargs={"deep": {"list": [1]}},
        bridge_kwargs={},
        search_space=SearchSpace([x()]),
    )
    clone = original.clone()
    clone.arms[0].name = "renamed"
    clone._model_kwargs["deep"]["list"].append(2)
    clone.search_space.parameters["x"].update_range(upper=9.0)
    assert not original.arms[0].has_name
    assert original._model_kwargs == {"deep": {"list": [1]}}
    assert original.search_space == SearchSpace([x()])


def test_a_clone_asks_the_users_own_metric_for_its_clone():
    class Counted(Metric):
        clones = 0

        def clone(self):
            type(self).clones += 1
            return Counted(self.name)

    OptimizationConfig(Objective(Counted("m"))).clone()
    assert Counted.clones == 1


def test_a_metric_subclass_without_its_own_clone_keeps_its_class_and_fields():
    class Remote(Metric):
        def __init__(self, name, host):
            super().__init__(name)
            self.host = host

    clone = Remote("m", "db").clone()
    assert type(clone) is Remote
    assert clone.host == "db"


def test_data_without_rows_are_equal_whatever_columns_they_might_have():
    columns = ["arm_name", "metric_name", "mean", "sem"]
    assert Data(pd.DataFrame(columns=columns)) == Data()
    assert Data(pd.DataFrame([["a", "m", 1.0, 0.1]], columns=columns)) != Data()
