"""From a kept definition to an experiment of ours, which the generation room understands.

double, int         a range; with a grid an ordered choice, because its steps may be uneven
categorical         a choice, and so is a conditional
strategy store      a tracked metric
tasks               a choice of tasks, as the core API has them
constraints alone   an objective that nobody measures: arms are made to keep the constraints
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.experiment import (
    ChoiceParameter,
    ComparisonOp,
    Experiment,
    Metric,
    MultiObjective,
    Objective,
    OptimizationConfig,
    OutcomeConstraint,
    ParameterConstraint,
    ParameterType,
    RangeParameter,
    SearchSpace,
)
from armwright.sigopt.constraint_rules import is_active
from armwright.sigopt.metric_rules import with_strategy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Parameter

__all__ = ["UNMEASURED", "active_assignments", "domain_experiment", "fill_in"]

Json = dict[str, Any]

UNMEASURED = "all constraints are met"  # the objective where there are constraints alone
_TYPES = {"double": ParameterType.FLOAT, "int": ParameterType.INT}


def domain_experiment(definition: Mapping[str, Any]) -> Experiment:
    """The experiment that a definition describes."""
    parameters = [
        *(_parameter(item) for item in definition["parameters"]),
        *(
            ChoiceParameter(item["name"], ParameterType.STRING, list(item["values"]))
            for item in definition["conditionals"]
        ),
    ]
    if definition.get("tasks"):
        parameters.append(_task_parameter(definition))
    space = SearchSpace(parameters=parameters)
    space.set_parameter_constraints([_half_space(c) for c in definition["linear_constraints"]])
    stored = with_strategy(definition["metrics"], "store")
    return Experiment(
        search_space=space,
        name=definition["name"],
        optimization_config=_config(definition["metrics"]),
        tracking_metrics=[_metric(item) for item in stored],
    )


def fill_in(parameter: Mapping[str, Any]) -> Any:
    """The value that stands for one that is not there: the default, else the last or the upper."""
    if parameter["default_value"] is not None:
        return parameter["default_value"]
    if parameter["type"] == "categorical":
        return parameter["categorical_values"][-1]["name"]
    return parameter["bounds"]["max"]


def active_assignments(definition: Mapping[str, Any], values: Mapping[str, Any]) -> Json:
    """Those values that are there, given the conditionals among them."""
    found = {item["name"]: values[item["name"]] for item in definition["conditionals"]}
    for parameter in definition["parameters"]:
        if is_active(parameter, values):
            found[parameter["name"]] = values[parameter["name"]]
    return found


def _task_parameter(definition: Mapping[str, Any]) -> Parameter:
    """The choice of a task; what counts in the end is the one that costs 1."""
    tasks = {task["name"]: task["cost"] for task in definition["tasks"]}
    return ChoiceParameter(
        definition["task_parameter"],
        ParameterType.STRING,
        list(tasks),
        is_task=True,
        target_value=max(tasks, key=lambda name: tasks[name]),
    )


def _parameter(item: Mapping[str, Any]) -> Parameter:
    if item["type"] == "categorical":
        names = [category["name"] for category in item["categorical_values"]]
        return ChoiceParameter(item["name"], ParameterType.STRING, names)
    kind = _TYPES[item["type"]]
    if item["grid"]:
        return ChoiceParameter(item["name"], kind, list(item["grid"]), is_ordered=True)
    low, high = item["bounds"]["min"], item["bounds"]["max"]
    return RangeParameter(item["name"], kind, low, high, item["transformation"] == "log")


def _half_space(item: Mapping[str, Any]) -> ParameterConstraint:
    sign = 1.0 if item["type"] == "less_than" else -1.0
    weights = {term["name"]: sign * term["weight"] for term in item["terms"]}
    return ParameterConstraint(weights, sign * item["threshold"])


def _metric(item: Mapping[str, Any]) -> Metric:
    return Metric(item["name"], lower_is_better=item["objective"] == "minimize")


def _config(metrics: list[Json]) -> OptimizationConfig:
    optimized = with_strategy(metrics, "optimize")
    objective: Objective
    if len(optimized) > 1:
        objective = MultiObjective([_metric(item) for item in optimized])
    elif optimized:
        objective = Objective(_metric(optimized[0]), optimized[0]["objective"] == "minimize")
    else:
        objective = Objective(Metric(UNMEASURED, lower_is_better=False))
    bounds = [
        OutcomeConstraint(
            _metric(item),
            ComparisonOp.LEQ if item["objective"] == "minimize" else ComparisonOp.GEQ,
            float(item["threshold"]),
            relative=False,
        )
        for item in with_strategy(metrics, "constraint")
    ]
    return OptimizationConfig(objective, bounds)
