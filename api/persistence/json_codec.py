"""Domain objects as JSON values, and back.

Each object becomes a dict with `__type`, the name of its class, and its constructor's arguments.
The classes are a closed set, plus the Metric and Runner subclasses a user registers; behavior is
never stored. JSON has no NaN, so numbers that are not finite are spelled out. Experiments and
trials, which refer to each other, are in `experiment_json`.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from armwright.errors import ArmwrightError
from armwright.experiment import (
    Arm,
    BraninMetric,
    ChoiceParameter,
    ComparisonOp,
    Data,
    FixedParameter,
    GeneratorRun,
    GeneratorRunType,
    Hartmann6Metric,
    Metric,
    MultiObjective,
    NoisyFunctionMetric,
    Objective,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "JSONDecodeError",
    "JSONEncodeError",
    "object_from_json",
    "object_to_json",
    "register_metric",
    "register_runner",
]

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class JSONEncodeError(ArmwrightError):
    """An object has no form in our documents."""


class JSONDecodeError(ArmwrightError):
    """A document names a class that is not known here, or lacks a part."""


# Class -> the constructor's arguments, read from attributes of the same name.
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
    Hartmann6Metric: ("name", "param_names", "noise_sd", "lower_is_better"),
    Objective: ("metric", "minimize"),
    MultiObjective: ("metrics", "minimize"),
    ScalarizedObjective: ("metrics", "weights", "minimize"),
    OutcomeConstraint: ("metric", "op", "bound", "relative"),
    OptimizationConfig: ("objective", "outcome_constraints"),
    SyntheticRunner: ("dummy_metadata",),
    Data: ("df", "description"),
    GeneratorRun: (
        *("arms", "weights", "optimization_config", "search_space", "model_predictions"),
        *("best_arm_predictions", "type", "fit_time", "gen_time", "model_key", "model_kwargs"),
        *("bridge_kwargs", "gen_metadata", "model_state_after_gen", "generation_step_index"),
    ),
}
_ENUMS: dict[str, type[Enum]] = {
    kind.__name__: kind for kind in (ParameterType, ComparisonOp, TrialStatus, GeneratorRunType)
}


def register_metric(metric_cls: type[Metric]) -> None:
    """Lets experiments with this Metric subclass be saved and loaded.

    What is kept are its constructor's arguments, read from attributes of the same name.
    """
    _register(metric_cls, Metric)


def register_runner(runner_cls: type[Runner]) -> None:
    """Lets experiments with this Runner subclass be saved and loaded. See `register_metric`."""
    _register(runner_cls, Runner)


def _register(cls: type, base: type) -> None:
    import inspect

    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise JSONEncodeError(f"expected a subclass of {base.__name__}, got {cls!r}")
    parameters = inspect.signature(cls).parameters.values()
    _FIELDS[cls] = tuple(
        parameter.name
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    )


def object_to_json(value: Any) -> Any:
    """The JSON value of a domain object, or of plain and NumPy values, lists and dicts of them.

    Raises:
        JSONEncodeError: The object's class is not known.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Enum):
        return {"__type": type(value).__name__, "name": value.name}
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        value = float(value)
        return value if math.isfinite(value) else {"__type": "float", "value": str(value)}
    if isinstance(value, datetime):
        return {"__type": "datetime", "value": value.strftime(_TIME_FORMAT)}
    if isinstance(value, OrderedDict):
        pairs = [[object_to_json(key), object_to_json(item)] for key, item in value.items()]
        return {"__type": "OrderedDict", "value": pairs}
    if isinstance(value, dict):
        return {str(key): object_to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [object_to_json(item) for item in value]
    fields = _FIELDS.get(type(value))
    if fields is not None:
        document = {"__type": type(value).__name__}
        read = _READERS.get(type(value), {})
        for field in fields:
            document[field] = object_to_json(
                read[field](value) if field in read else getattr(value, field)
            )
        return document | _extra(value)
    return _foreign_to_json(value)


def _foreign_to_json(value: Any) -> Any:
    module = type(value).__module__.partition(".")[0]
    if module == "numpy":
        if hasattr(value, "shape") and value.shape:
            return {"__type": "ndarray", "value": object_to_json(value.tolist())}
        return object_to_json(value.item())
    if module == "pandas" and hasattr(value, "columns"):
        return {"__type": "DataFrame", "value": _frame_to_text(value)}
    kind = type(value).__name__
    hint = ""
    for base, function in ((Metric, "register_metric"), (Runner, "register_runner")):
        if isinstance(value, base):
            hint = f"call armwright.ax.{function}({kind}) once, before saving and before loading"
    raise JSONEncodeError(f"{kind} objects have no form in our documents, got {value!r}", hint=hint)


def _frame_to_text(frame: Any) -> str:
    """The text pandas' own `to_json` gives, but with every digit of every number."""
    columns = {}
    for name in frame.columns:
        values = [None if _is_missing(item) else item for item in frame[name].tolist()]
        columns[str(name)] = {
            str(index): str(item) if hasattr(item, "isoformat") else item
            for index, item in zip(frame.index, values, strict=True)
        }
    return json.dumps(columns, allow_nan=False)


def _is_missing(item: Any) -> bool:
    return item is None or item != item


def _read_run_type(run: GeneratorRun) -> str | None:
    return run.generator_run_type


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
    SearchSpace: {"parameters": lambda space: list(space.parameters.values())},
    Data: {"df": lambda data: data.df},
    GeneratorRun: {
        "type": _read_run_type,
        "model_key": lambda run: run._model_key,
        "model_kwargs": lambda run: run._model_kwargs,
        "bridge_kwargs": lambda run: run._bridge_kwargs,
        "model_state_after_gen": lambda run: run._model_state_after_gen,
        "generation_step_index": lambda run: run._generation_step_index,
    },
}


def _extra(value: Any) -> dict[str, Any]:
    """State beside the constructor's arguments."""
    if isinstance(value, GeneratorRun):
        return {"time_created": object_to_json(value.time_created), "index": value.index}
    return {}


def object_from_json(value: Any) -> Any:
    """The object a JSON value of `object_to_json` describes.

    Raises:
        JSONDecodeError: It names a class that is not known, or an argument is missing.
    """
    if isinstance(value, list):
        return [object_from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "__type" not in value:
        return {key: object_from_json(item) for key, item in value.items()}
    kind = value["__type"]
    body = {key: item for key, item in value.items() if key != "__type"}
    try:
        if kind in _PLAIN:
            return _PLAIN[kind](body["value"])
        if kind in _ENUMS:
            return _ENUMS[kind][body["name"]]
        for cls, fields in _FIELDS.items():
            if cls.__name__ == kind:
                return _rebuild(cls, fields, body)
    except (KeyError, TypeError) as error:
        raise JSONDecodeError(f"the {kind} in this document is incomplete: {error}") from error
    raise JSONDecodeError(
        f"the document holds a {kind}, a class that is not known here",
        hint="if it is a Metric or Runner of yours, call armwright.ax.register_metric or "
        "register_runner with it before loading",
    )


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "datetime": lambda text: datetime.strptime(text, _TIME_FORMAT),
    "OrderedDict": lambda pairs: OrderedDict(
        (object_from_json(key), object_from_json(item)) for key, item in pairs
    ),
    "ndarray": lambda items: _array(object_from_json(items)),
    "DataFrame": lambda text: _frame(text),
}


def _array(items: list[Any]) -> Any:
    import numpy as np

    return np.array(items)


def _frame(text: str) -> Any:
    import pandas as pd

    columns = json.loads(text)
    return pd.DataFrame({name: list(column.values()) for name, column in columns.items()})


def _rebuild(cls: type, fields: tuple[str, ...], body: Mapping[str, Any]) -> Any:
    arguments = {field: object_from_json(body[field]) for field in fields if field in body}
    if cls is SearchSpace:
        return _rebuild_search_space(body)
    if cls is GeneratorRun:
        for key, depth in (("model_predictions", 1), ("best_arm_predictions", 2)):
            arguments[key] = _as_tuples(arguments.get(key), depth=depth)
        run = GeneratorRun(**arguments)
        if body.get("time_created") is not None:
            run._time_created = object_from_json(body["time_created"])
        run._index = body.get("index")
        return run
    return cls(**arguments)


def _as_tuples(value: Any, *, depth: int) -> Any:
    """Predictions are pairs; JSON knows only lists."""
    if depth == 0 or not isinstance(value, list):
        return value
    return tuple(_as_tuples(item, depth=depth - 1) for item in value)


def _rebuild_search_space(body: Mapping[str, Any]) -> SearchSpace:
    """Order and sum constraints are tied to the space's own parameters again."""
    parameters = [object_from_json(item) for item in body["parameters"]]
    by_name = {parameter.name: parameter for parameter in parameters}
    constraints: list[ParameterConstraint] = []
    for item in body["parameter_constraints"]:
        if item["__type"] == "OrderConstraint":
            ends = ("lower_parameter", "upper_parameter")
            constraints.append(OrderConstraint(**{end: by_name[item[end]] for end in ends}))
        elif item["__type"] == "SumConstraint":
            constraints.append(
                SumConstraint(
                    parameters=[by_name[name] for name in item["parameters"]],
                    is_upper_bound=item["is_upper_bound"],
                    bound=object_from_json(item["bound"]),
                )
            )
        else:
            constraints.append(object_from_json(item))
    return SearchSpace(parameters=parameters, parameter_constraints=constraints)
