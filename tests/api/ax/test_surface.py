"""The surface of the flat Ax API, written down as data, against what `inspect` finds here.

Every class, method, property, argument, default and their order, as the API's own page has them.
"""

import inspect

import pytest

from armwright import ax

CLASSES = {
    "Arm": {
        "__init__": ("method", "(parameters, name=None)"),
        "clone": ("method", "(clear_name=False)"),
        "has_name": ("property", ""),
        "md5hash": ("static", "(parameters)"),
        "name": ("property", ""),
        "name_or_short_signature": ("property", ""),
        "parameters": ("property", ""),
        "signature": ("property", ""),
    },
    "BatchTrial": {
        "__init__": (
            "method",
            "(experiment, generator_run=None, trial_type=None, optimize_for_power=False)",
        ),
        "abandoned_arms": ("property", ""),
        "arm_weights": ("property", ""),
        "arms": ("property", ""),
        "arms_by_name": ("property", ""),
        "clone": ("method", "()"),
        "experiment": ("property", ""),
        "generator_run_structs": ("property", ""),
        "index": ("property", ""),
        "is_factorial": ("property", ""),
        "mark_arm_abandoned": ("method", "(arm_name, reason=None)"),
        "normalized_arm_weights": ("method", "(total=1, trunc_digits=None)"),
        "run": ("method", "()"),
        "status_quo": ("property", ""),
        "unset_status_quo": ("method", "()"),
        "weights": ("property", ""),
    },
    "ChoiceParameter": {
        "__init__": (
            "method",
            (
                "(name, parameter_type, values, is_ordered=False, is_task=False, "
                "is_fidelity=False, target_value=None)"
            ),
        ),
        "add_values": ("method", "(values)"),
        "set_values": ("method", "(values)"),
        "validate": ("method", "(value)"),
    },
    "ComparisonOp": {},
    "Data": {
        "__init__": ("method", "(df=None, description=None)"),
        "column_data_types": ("static", "()"),
        "df_hash": ("property", ""),
        "from_evaluations": (
            "static",
            "(evaluations, trial_index, sample_sizes=None, start_time=None, end_time=None)",
        ),
        "from_fidelity_evaluations": (
            "static",
            "(evaluations, trial_index, sample_sizes=None, start_time=None, end_time=None)",
        ),
        "required_columns": ("static", "()"),
    },
    "Experiment": {
        "__init__": (
            "method",
            (
                "(search_space, name=None, optimization_config=None, tracking_metrics=None, "
                "runner=None, status_quo=None, description=None, is_test=False, "
                "experiment_type=None)"
            ),
        ),
        "add_tracking_metric": ("method", "(metric)"),
        "add_tracking_metrics": ("method", "(metrics)"),
        "arms_by_name": ("property", ""),
        "arms_by_signature": ("property", ""),
        "attach_data": ("method", "(data, combine_with_last_data=False)"),
        "data_by_trial": ("property", ""),
        "default_trial_type": ("property", ""),
        "experiment_type": ("property", ""),
        "fetch_data": ("method", "(metrics=None, **kwargs)"),
        "has_name": ("property", ""),
        "is_simple_experiment": ("property", ""),
        "lookup_data_for_trial": ("method", "(trial_index)"),
        "lookup_data_for_ts": ("method", "(timestamp)"),
        "metrics": ("property", ""),
        "name": ("property", ""),
        "new_batch_trial": (
            "method",
            "(generator_run=None, trial_type=None, optimize_for_power=False)",
        ),
        "new_trial": ("method", "(generator_run=None, trial_type=None)"),
        "num_abandoned_arms": ("property", ""),
        "num_trials": ("property", ""),
        "optimization_config": ("property", ""),
        "parameters": ("property", ""),
        "remove_tracking_metric": ("method", "(metric_name)"),
        "reset_runners": ("method", "(runner)"),
        "runner_for_trial": ("method", "(trial)"),
        "search_space": ("property", ""),
        "status_quo": ("property", ""),
        "sum_trial_sizes": ("property", ""),
        "supports_trial_type": ("method", "(trial_type)"),
        "time_created": ("property", ""),
        "trials": ("property", ""),
        "trials_by_status": ("property", ""),
        "trials_expecting_data": ("property", ""),
        "update_tracking_metric": ("method", "(metric)"),
    },
    "FixedParameter": {
        "__init__": (
            "method",
            "(name, parameter_type, value, is_fidelity=False, target_value=None)",
        ),
        "validate": ("method", "(value)"),
    },
    "GeneratorRun": {
        "__init__": (
            "method",
            (
                "(arms, weights=None, optimization_config=None, search_space=None, "
                "model_predictions=None, best_arm_predictions=None, type=None, fit_time=None, "
                "gen_time=None, model_key=None, model_kwargs=None, bridge_kwargs=None, "
                "gen_metadata=None, model_state_after_gen=None, generation_step_index=None)"
            ),
        ),
        "arm_weights": ("property", ""),
        "arms": ("property", ""),
        "clone": ("method", "()"),
        "gen_metadata": ("property", ""),
        "generator_run_type": ("property", ""),
        "index": ("property", ""),
        "optimization_config": ("property", ""),
        "param_df": ("property", ""),
        "search_space": ("property", ""),
        "time_created": ("property", ""),
        "weights": ("property", ""),
    },
    "Metric": {
        "__init__": ("method", "(name, lower_is_better=None)"),
        "clone": ("method", "()"),
        "fetch_experiment_data": ("method", "(experiment, **kwargs)"),
        "fetch_experiment_data_multi": ("class", "(experiment, metrics, **kwargs)"),
        "fetch_trial_data": ("method", "(trial, **kwargs)"),
        "fetch_trial_data_multi": ("class", "(trial, metrics, **kwargs)"),
        "name": ("property", ""),
    },
    "Models": {
        "view_defaults": ("method", "()"),
        "view_kwargs": ("method", "()"),
    },
    "Objective": {
        "__init__": ("method", "(metric, minimize=False)"),
        "clone": ("method", "()"),
        "metric": ("property", ""),
        "metrics": ("property", ""),
    },
    "OptimizationConfig": {
        "__init__": ("method", "(objective, outcome_constraints=None)"),
        "clone": ("method", "()"),
        "objective": ("property", ""),
        "outcome_constraints": ("property", ""),
    },
    "OptimizationLoop": {
        "__init__": (
            "method",
            (
                "(experiment, total_trials=20, arms_per_trial=1, random_seed=None, "
                "wait_time=0, run_async=False, generation_strategy=None)"
            ),
        ),
        "full_run": ("method", "()"),
        "get_best_point": ("method", "()"),
        "get_current_model": ("method", "()"),
        "run_trial": ("method", "()"),
        "with_evaluation_function": (
            "static",
            (
                "(parameters, evaluation_function, experiment_name=None, objective_name=None, "
                "minimize=False, parameter_constraints=None, outcome_constraints=None, "
                "total_trials=20, arms_per_trial=1, wait_time=0, random_seed=None, "
                "generation_strategy=None)"
            ),
        ),
        "with_runners_and_metrics": (
            "class",
            (
                "(parameters, path_to_runner, paths_to_metrics, experiment_name=None, "
                "objective_name=None, minimize=False, parameter_constraints=None, "
                "outcome_constraints=None, total_trials=20, arms_per_trial=1, wait_time=0, "
                "random_seed=None)"
            ),
        ),
    },
    "OrderConstraint": {
        "__init__": ("method", "(lower_parameter, upper_parameter)"),
        "clone": ("method", "()"),
        "clone_with_transformed_parameters": ("method", "(transformed_parameters)"),
        "constraint_dict": ("property", ""),
        "lower_parameter": ("property", ""),
        "parameters": ("property", ""),
        "upper_parameter": ("property", ""),
    },
    "OutcomeConstraint": {
        "__init__": ("method", "(metric, op, bound, relative=True)"),
        "clone": ("method", "()"),
    },
    "Parameter": {
        "is_valid_type": ("method", "(value)"),
        "python_type": ("property", ""),
    },
    "ParameterConstraint": {
        "__init__": ("method", "(constraint_dict, bound)"),
        "bound": ("property", ""),
        "check": ("method", "(parameter_dict)"),
        "clone": ("method", "()"),
        "clone_with_transformed_parameters": ("method", "(transformed_parameters)"),
        "constraint_dict": ("property", ""),
    },
    "ParameterType": {},
    "RangeParameter": {
        "__init__": (
            "method",
            (
                "(name, parameter_type, lower, upper, log_scale=False, digits=None, "
                "is_fidelity=False, target_value=None)"
            ),
        ),
        "digits": ("property", ""),
        "is_valid_type": ("method", "(value)"),
        "log_scale": ("property", ""),
        "lower": ("property", ""),
        "update_range": ("method", "(lower=None, upper=None)"),
        "upper": ("property", ""),
        "validate": ("method", "(value)"),
    },
    "Runner": {
        "run": ("abstract", "(trial)"),
        "staging_required": ("property", ""),
        "stop": ("method", "(trial)"),
    },
    "SearchSpace": {
        "__init__": ("method", "(parameters, parameter_constraints=None)"),
        "cast_arm": ("method", "(arm)"),
        "check_membership": ("method", "(parameterization, raise_error=False)"),
        "check_types": ("method", "(parameterization, allow_none=True, raise_error=False)"),
        "construct_arm": ("method", "(parameters=None, name=None)"),
        "out_of_design_arm": ("method", "()"),
    },
    "SimpleExperiment": {
        "__init__": (
            "method",
            (
                "(search_space, name=None, objective_name=None, "
                "evaluation_function=unimplemented_evaluation_function, minimize=False, "
                "outcome_constraints=None, status_quo=None)"
            ),
        ),
        "add_tracking_metric": ("method", "(metric)"),
        "eval": ("method", "()"),
        "eval_trial": ("method", "(trial)"),
        "evaluation_function": ("property", ""),
        "fetch_data": ("method", "(metrics=None, **kwargs)"),
        "has_evaluation_function": ("property", ""),
        "is_simple_experiment": ("property", ""),
        "update_tracking_metric": ("method", "(metric)"),
    },
    "SumConstraint": {
        "__init__": ("method", "(parameters, is_upper_bound, bound)"),
        "clone": ("method", "()"),
        "clone_with_transformed_parameters": ("method", "(transformed_parameters)"),
        "constraint_dict": ("property", ""),
        "op": ("property", ""),
        "parameters": ("property", ""),
    },
    "Trial": {
        "__init__": ("method", "(experiment, generator_run=None, trial_type=None)"),
        "abandoned_arms": ("property", ""),
        "arm": ("property", ""),
        "arms": ("property", ""),
        "arms_by_name": ("property", ""),
        "generator_run": ("property", ""),
        "get_metric_mean": ("method", "(metric_name)"),
        "objective_mean": ("property", ""),
    },
}
FUNCTIONS = {
    "optimize": (
        "(parameters, evaluation_function, experiment_name=None, objective_name=None, "
        "minimize=False, parameter_constraints=None, outcome_constraints=None, "
        "total_trials=20, arms_per_trial=1, random_seed=None, generation_strategy=None)"
    ),
    "save": "(experiment, filepath)",
    "load": "(filepath)",
}

# Attributes that are set when an object is made, and are not properties.
ATTRIBUTES = {
    "Data": ("df", "description"),
    "Metric": ("lower_is_better",),
    "Objective": ("minimize",),
    "OutcomeConstraint": ("metric", "op", "bound", "relative"),
}

ENUMERATIONS = {
    "ComparisonOp": {"GEQ": 0, "LEQ": 1},
    "ParameterType": {"BOOL": 0, "INT": 1, "FLOAT": 2, "STRING": 3},
}

ABSTRACT = ("Parameter", "Runner")

MEMBERS = [
    (owner, name, kind, signature)
    for owner, members in CLASSES.items()
    for name, (kind, signature) in members.items()
]


def as_written(function) -> str:
    """The signature as the page writes it: no `self`, `cls`, annotations."""
    written = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in ("self", "cls") or _is_ours(parameter):
            continue
        text = {parameter.VAR_KEYWORD: "**", parameter.VAR_POSITIONAL: "*"}.get(parameter.kind, "")
        text += parameter.name
        if parameter.default is not parameter.empty:
            default = parameter.default
            text += f"={default.__name__ if callable(default) else repr(default)}"
        assert parameter.kind is not parameter.POSITIONAL_ONLY
        written.append(text)
    return f"({', '.join(written)})"


def _is_ours(parameter) -> bool:
    """Arguments beyond the page's are by keyword only, and can be left out."""
    return parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty


@pytest.mark.parametrize("name", [*CLASSES, *FUNCTIONS])
def test_every_name_is_there_and_is_said_to_be(name):
    assert hasattr(ax, name)
    assert name in ax.__all__


@pytest.mark.parametrize(("owner", "name", "kind", "signature"), MEMBERS)
def test_every_member_is_of_the_kind_and_takes_the_arguments_of_the_page(
    owner, name, kind, signature
):
    cls = getattr(ax, owner)
    member = inspect.getattr_static(cls, name)
    if kind == "property":
        assert isinstance(member, property)
        return
    expected = {"static": staticmethod, "class": classmethod}.get(kind)
    if expected is None:
        assert inspect.isfunction(member)
    else:
        assert isinstance(member, expected)
    assert getattr(member, "__isabstractmethod__", False) == (kind == "abstract")
    assert as_written(getattr(cls, name)) == signature


@pytest.mark.parametrize(("name", "signature"), FUNCTIONS.items())
def test_every_function_takes_the_arguments_of_the_page(name, signature):
    assert as_written(getattr(ax, name)) == signature


@pytest.mark.parametrize(("owner", "name", "kind", "signature"), MEMBERS)
def test_every_member_says_what_it_does(owner, name, kind, signature):  # noqa: ARG001
    if name != "__init__":  # a class's own text describes its constructor
        assert inspect.getdoc(inspect.getattr_static(getattr(ax, owner), name))


@pytest.mark.parametrize("owner", CLASSES)
def test_every_class_says_what_it_is(owner):
    assert getattr(ax, owner).__doc__


@pytest.mark.parametrize(("owner", "members"), ENUMERATIONS.items())
def test_enumerations_have_the_members_and_values_of_the_release(owner, members):
    assert {member.name: member.value for member in getattr(ax, owner)} == members


@pytest.mark.parametrize("owner", ABSTRACT)
def test_abstract_classes_cannot_be_made(owner):
    assert inspect.isabstract(getattr(ax, owner))


@pytest.mark.parametrize("owner", ATTRIBUTES)
def test_attributes_that_are_no_properties_are_there_once_an_object_is_made(owner):
    metric = ax.Metric("m")
    made = {
        "Data": ax.Data(),
        "Metric": metric,
        "Objective": ax.Objective(metric),
        "OutcomeConstraint": ax.OutcomeConstraint(metric, ax.ComparisonOp.LEQ, 1.0),
    }[owner]
    for name in ATTRIBUTES[owner]:
        assert hasattr(made, name)


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("Trial", "BaseTrial"),
        ("BatchTrial", "BaseTrial"),
        ("SimpleExperiment", "Experiment"),
        ("RangeParameter", "Parameter"),
        ("ChoiceParameter", "Parameter"),
        ("FixedParameter", "Parameter"),
        ("OrderConstraint", "ParameterConstraint"),
        ("SumConstraint", "ParameterConstraint"),
        ("MultiObjective", "Objective"),
        ("ScalarizedObjective", "Objective"),
    ],
)
def test_classes_descend_from_those_of_the_release(name, parent):
    assert issubclass(getattr(ax, name), getattr(ax, parent))
