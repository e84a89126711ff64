"""The classes that have a form in our documents, and what is kept of each.

A closed set of the domain's own, plus the Metric and Runner subclasses a user registers. What is
kept are a constructor's arguments, read from attributes of the same name; behavior never is.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from armwright.errors import ArmwrightError
from armwright.experiment import (
    AbandonedArm,
    Arm,
    BraninMetric,
    ChoiceParameter,
    ComparisonOp,
    Data,
    FixedParameter,
    GeneratorRun,
    GeneratorRunStruct,
    GeneratorRunType,
    Hartmann6Metric,
    L2NormMetric,
    Metric,
    MultiObjective,
    NoisyFunctionMetric,
    Objective,
    ObservationFeatures,
    OptimizationConfig,
    OrderConstraint,
    OutcomeConstraint,
    ParameterConstraint,
    ParameterType,
    RangeParameter,
    Runner,
    ScalarizedObjective,
    SearchSpace,
    SumConstraint,
    SyntheticRunner,
    TrialStatus,
)
from armwright.running import (
    ExecutorMetric,
    ExecutorRunner,
    LocalProcessMetric,
    LocalProcessRunner,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import Enum

__all__ = [
    "ENUMS",
    "JSONDecodeError",
    "JSONEncodeError",
    "argument_names",
    "class_called",
    "fields_of",
    "register_metric",
    "register_runner",
    "unknown_class",
]


class JSONEncodeError(ArmwrightError):
    """An object has no form in our documents."""


class JSONDecodeError(ArmwrightError):
    """A document names a class that is not known here, or lacks a part."""


ENUMS: dict[str, type[Enum]] = {
    kind.__name__: kind for kind in (ParameterType, ComparisonOp, TrialStatus, GeneratorRunType)
}

_FIELDS: dict[type, tuple[str, ...]] = {
    Arm: ("parameters", "name"),
    RangeParameter: (
        *("name", "parameter_type", "lower", "upper", "log_scale", "digits"),
        *("is_fidelity", "target_value"),
    ),
    ChoiceParameter: (
        *("name", "parameter_type", "values", "is_ordered", "is_task"),
        *("is_fidelity", "target_value"),
    ),
    FixedParameter: ("name", "parameter_type", "value", "is_fidelity", "target_value"),
    ParameterConstraint: ("constraint_dict", "bound"),
    OrderConstraint: ("lower_parameter", "upper_parameter"),
    SumConstraint: ("parameters", "is_upper_bound", "bound"),
    SearchSpace: ("parameters", "parameter_constraints"),
    Metric: ("name", "lower_is_better"),
    NoisyFunctionMetric: ("name", "param_names", "noise_sd", "lower_is_better"),
    BraninMetric: ("name", "param_names", "noise_sd", "lower_is_better"),
    L2NormMetric: ("name", "param_names", "noise_sd", "lower_is_better"),
    Hartmann6Metric: ("name", "param_names", "noise_sd", "lower_is_better"),
    Objective: ("metric", "minimize"),
    MultiObjective: ("metrics", "minimize"),
    ScalarizedObjective: ("metrics", "weights", "minimize"),
    OutcomeConstraint: ("metric", "op", "bound", "relative"),
    OptimizationConfig: ("objective", "outcome_constraints"),
    SyntheticRunner: ("dummy_metadata",),
    LocalProcessRunner: ("command", "folder", "environment", "grace_s", "max_parallelism"),
    LocalProcessMetric: ("name", "lower_is_better", "key"),
    ExecutorMetric: ("name", "lower_is_better"),
    Data: ("df", "description"),
    ObservationFeatures: ("parameters", "trial_index", "start_time", "end_time", "random_split"),
    AbandonedArm: ("name", "time", "reason"),
    GeneratorRunStruct: ("generator_run", "weight"),
    GeneratorRun: (
        *("arms", "weights", "optimization_config", "search_space", "model_predictions"),
        *("best_arm_predictions", "type", "fit_time", "gen_time", "model_key", "model_kwargs"),
        *("bridge_kwargs", "gen_metadata", "model_state_after_gen", "generation_step_index"),
    ),
}
_CLASSES: dict[str, type] = {cls.__name__: cls for cls in _FIELDS}
_OURS = frozenset(_CLASSES)

# Arguments whose attribute has another name, or refuses to be read when it is empty.
_READERS: dict[type, dict[str, Callable[[Any], Any]]] = {
    Arm: {"name": lambda arm: arm.name if arm.has_name else None},
    OrderConstraint: {
        "lower_parameter": lambda constraint: constraint.lower_parameter.name,
        "upper_parameter": lambda constraint: constraint.upper_parameter.name,
    },
    SumConstraint: {
        "parameters": lambda constraint: [p.name for p in constraint.parameters],
        "is_upper_bound": lambda constraint: constraint.op is ComparisonOp.LEQ,
        "bound": lambda constraint: (
            constraint.bound if constraint.op is ComparisonOp.LEQ else -constraint.bound
        ),
    },
    # Names without values: those may be secrets.
    LocalProcessRunner: {"environment": lambda runner: dict.fromkeys(runner.environment)},
    SearchSpace: {"parameters": lambda space: list(space.parameters.values())},
    GeneratorRun: {
        "type": lambda run: run.generator_run_type,
        "model_key": lambda run: run._model_key,
        "model_kwargs": lambda run: run._model_kwargs,
        "bridge_kwargs": lambda run: run._bridge_kwargs,
        "model_state_after_gen": lambda run: run._model_state_after_gen,
        "generation_step_index": lambda run: run._generation_step_index,
    },
}


def register_metric(metric_cls: type[Metric]) -> None:
    """Lets experiments with this Metric subclass be saved and loaded.

    What is kept are its constructor's arguments, read from attributes of the same name. A class
    registered later under the same name, as when a notebook's cell runs again, takes its place.

    Raises:
        JSONEncodeError: It is no Metric subclass, or has the name of a class of armwright's own.
    """
    _register(metric_cls, Metric)


def register_runner(runner_cls: type[Runner]) -> None:
    """Lets experiments with this Runner subclass be saved and loaded. See `register_metric`."""
    _register(runner_cls, Runner)


def _register(cls: Any, base: type) -> None:
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise JSONEncodeError(f"expected a subclass of {base.__name__}, got {cls!r}")
    if cls.__name__ in _OURS:
        if _CLASSES[cls.__name__] is cls:
            return
        raise JSONEncodeError(
            f"{cls.__name__} is the name of a class of armwright's own, which documents use",
            hint="give your class another name",
        )
    _FIELDS[cls] = tuple(
        parameter.name
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    )
    _CLASSES[cls.__name__] = cls


def fields_of(value: object) -> dict[str, Any] | None:
    """The constructor's arguments that would make `value` again; None if its class is not known.

    Raises:
        JSONEncodeError: A registered class keeps an argument under another name.
    """
    names = _FIELDS.get(type(value))
    if names is None:
        return None
    read = _READERS.get(type(value), {})
    try:
        return {name: read[name](value) if name in read else getattr(value, name) for name in names}
    except AttributeError as error:
        kind = type(value).__name__
        raise JSONEncodeError(
            f"{kind} cannot be kept: {error}",
            hint=f"keep each argument of {kind}'s constructor in an attribute of the same name",
        ) from error


def argument_names(cls: type) -> tuple[str, ...]:
    """Names of what is kept of a known class."""
    return _FIELDS[cls]


def class_called(name: str) -> type | None:
    """The known class of that name."""
    return _CLASSES.get(name)


def unknown_class(value: object) -> JSONEncodeError:
    """The error for an object of a class that has no form here; says how to give it one."""
    kind, hint = type(value).__name__, ""
    for base, function in ((Metric, "register_metric"), (Runner, "register_runner")):
        if isinstance(value, base):
            hint = f"call armwright.ax.{function}({kind}) once, before saving and before loading"
    if isinstance(value, ExecutorRunner):
        hint = "an executor lives in its process; save with experiment.runner = None"
    return JSONEncodeError(
        f"{kind} objects have no form in our documents, got {value!r}", hint=hint
    )
