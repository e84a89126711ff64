"""Section 2 of the semantics: the exact printed form of every class."""

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
    SimpleExperiment,
    SumConstraint,
    SyntheticRunner,
)

FLOAT, INT, BOOL, STRING = (
    ParameterType.FLOAT,
    ParameterType.INT,
    ParameterType.BOOL,
    ParameterType.STRING,
)


def x():
    return RangeParameter("x", FLOAT, 1, 3)


def y():
    return RangeParameter("y", FLOAT, 1, 3)


def metrics():
    return [Metric("m1", lower_is_better=False), Metric("m2", lower_is_better=False)]


def bound(op=ComparisonOp.GEQ, **options):
    return OutcomeConstraint(Metric("m2"), op, -0.25, **options)


X = "RangeParameter(name='x', parameter_type=FLOAT, range=[1.0, 3.0])"
Y = "RangeParameter(name='y', parameter_type=FLOAT, range=[1.0, 3.0])"
OBJECTIVE = 'Objective(metric_name="m1", minimize=False)'
BOUND = "OutcomeConstraint(m2 >= -0.25%)"

FORMS = [
    (Arm({"b": 1, "a": 2.0}), "Arm(parameters={'b': 1, 'a': 2.0})"),
    (Arm({"x": None}, name="0_0"), "Arm(name='0_0', parameters={'x': None})"),
    (x(), X),
    (
        RangeParameter("x", FLOAT, 1, 3, True, 5, True, 2),
        X[:-1] + ", log_scale=True, digits=5, fidelity=True, target_value=2.0)",
    ),
    (RangeParameter("x", INT, 1.0, 3.0), X.replace("FLOAT", "INT").replace(".0", "")),
    (RangeParameter("x", FLOAT, 1.2, 3.4, digits=0), X[:-1] + ", digits=0)"),
    (
        ChoiceParameter("x", STRING, ["a", "b"], is_ordered=True, is_task=True),
        "ChoiceParameter(name='x', parameter_type=STRING, values=['a', 'b'])",
    ),
    (
        ChoiceParameter("x", STRING, ["a", "b"], is_fidelity=True, target_value="a"),
        "ChoiceParameter(name='x', parameter_type=STRING, values=['a', 'b'], "
        "fidelity=True, target_value='a')",
    ),
    (
        FixedParameter("x", BOOL, True),
        "FixedParameter(name='x', parameter_type=BOOL, value=True)",
    ),
    (
        FixedParameter("x", STRING, "a", is_fidelity=True, target_value="b"),
        "FixedParameter(name='x', parameter_type=STRING, value='a', "
        "fidelity=True, target_value='b')",
    ),
    (
        ParameterConstraint({"x": 2.0, "y": -3.0}, 6.0),
        "ParameterConstraint(2.0*x + -3.0*y <= 6.0)",
    ),
    (OrderConstraint(x(), y()), "OrderConstraint(x <= y)"),
    (SumConstraint([x(), y()], True, 5), "SumConstraint(x + y <= 5.0)"),
    (SumConstraint([x(), y()], False, -5), "SumConstraint(x + y >= -5.0)"),
    (
        SearchSpace([x(), y()], [OrderConstraint(x(), y())]),
        f"SearchSpace(parameters=[{X}, {Y}], parameter_constraints=[OrderConstraint(x <= y)])",
    ),
    (Metric("m1"), "Metric('m1')"),
    (BraninMetric("m1", ["x", "y"]), "BraninMetric('m1')"),
    (Objective(Metric("m1")), OBJECTIVE),
    (MultiObjective(metrics()), "MultiObjective(metric_names=['m1', 'm2'], minimize=False)"),
    (
        ScalarizedObjective(metrics(), minimize=True),
        "ScalarizedObjective(metric_names=['m1', 'm2'], weights=[1.0, 1.0], minimize=True)",
    ),
    (bound(), BOUND),
    (bound(ComparisonOp.LEQ, relative=False), "OutcomeConstraint(m2 <= -0.25)"),
    (
        OptimizationConfig(Objective(Metric("m1")), [bound(), bound(ComparisonOp.LEQ)][:1]),
        f"OptimizationConfig(objective={OBJECTIVE}, outcome_constraints=[{BOUND}])",
    ),
    (
        GeneratorRun([Arm({"x": 1}), Arm({"x": 2}), Arm({"x": 1}), Arm({"x": 3})]),
        "GeneratorRun(3 arms, total weight 4.0)",
    ),
    (Experiment(SearchSpace([x()]), name="test"), "Experiment(test)"),
    (Experiment(SearchSpace([x()])), "Experiment(None)"),
    (SimpleExperiment(SearchSpace([x()]), name="test"), "SimpleExperiment(test)"),
    (SyntheticRunner(), "SyntheticRunner(dummy_metadata=None)"),
    (Data(), "Data(0 rows)"),
]


@pytest.mark.parametrize(("thing", "form"), FORMS, ids=[form for _, form in FORMS])
def test_printed_form(thing, form):
    assert repr(thing) == form
    assert str(thing) == form


def test_printed_form_of_a_trial(experiment, arm):
    trial = experiment.new_trial()
    head = "Trial(experiment_name='test', index=0, status=TrialStatus.CANDIDATE"
    assert repr(trial) == f"{head}, arm=None)"
    trial.add_arm(arm)
    assert repr(trial) == f"{head}, arm={trial.arm!r})"


def test_printed_form_of_a_batch_trial(experiment):
    batch = experiment.new_batch_trial()
    assert repr(batch) == (
        "BatchTrial(experiment_name='test', index=0, status=TrialStatus.CANDIDATE)"
    )


def test_printed_form_of_a_trial_of_an_unnamed_experiment(space):
    assert "experiment_name=None" in repr(Experiment(space).new_trial())


def test_printed_form_of_the_users_metric_has_its_class_name():
    class Latency(Metric):
        pass

    assert repr(Latency("ms")) == "Latency('ms')"
