"""Domain objects as JSON values, and back.

Each object becomes a dict with `__type`, the name of its class, and its constructor's arguments.
The classes are a closed set (`known_classes`). What JSON lacks is spelled out in the same way:
numbers that are not finite, tuples, sets, times, NumPy arrays, data frames, and dicts whose keys
are not text. Experiments and trials, which refer to each other, are in `experiment_json`.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from armwright.experiment import (
    BaseTrial,
    Data,
    Experiment,
    GeneratorRun,
    OrderConstraint,
    ParameterConstraint,
    SearchSpace,
    SumConstraint,
)
from armwright.persistence.frame_text import (
    cells_of_text,
    data_frames,
    frame_from_text,
    frame_to_text,
)
from armwright.persistence.known_classes import (
    ENUMS,
    JSONDecodeError,
    JSONEncodeError,
    argument_names,
    class_called,
    fields_of,
    register_metric,
    register_runner,
    unknown_class,
)
from armwright.persistence.stored_rows import are_plain, stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.experiment.rows import Rows

__all__ = [
    "WRONG_DOCUMENT",
    "JSONDecodeError",
    "JSONEncodeError",
    "data_from_json",
    "object_from_json",
    "object_to_json",
    "register_metric",
    "register_runner",
]

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"

# Predictions are pairs, and pairs of pairs, which everybody reads more easily as plain lists.
_PREDICTIONS = {"model_predictions": 1, "best_arm_predictions": 2}

# What reading a document that is not as it should be raises, before it is put into words.
WRONG_DOCUMENT = (KeyError, TypeError, ValueError, AttributeError, AssertionError, OverflowError)


def object_to_json(value: Any) -> Any:
    """The JSON value of a domain object, or of plain and NumPy values, lists and dicts of them.

    Raises:
        JSONEncodeError: The object's class is not known.
    """
    if value is None or isinstance(value, bool):
        return value
    if ENUMS.get(type(value).__name__) is type(value):
        return {"__type": type(value).__name__, "name": value.name}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        value = float(value)
        return value if math.isfinite(value) else {"__type": "float", "value": str(value)}
    if isinstance(value, datetime):
        zone = "" if value.tzinfo is None else "%z"
        return {"__type": "datetime", "value": value.strftime(_TIME_FORMAT + zone)}
    if isinstance(value, dict):
        return _dict_to_json(value)
    if isinstance(value, list):
        return [object_to_json(item) for item in value]
    fields = fields_of(value)
    if fields is None:
        return _other_to_json(value)
    if isinstance(value, GeneratorRun):  # it has state beside its constructor's arguments
        for key in _PREDICTIONS:
            fields[key] = _as(list, fields[key], depth=_PREDICTIONS[key])
        fields |= {"time_created": value.time_created, "index": value.index}
    document = {"__type": type(value).__name__}
    return document | {name: object_to_json(item) for name, item in fields.items()}


def _dict_to_json(value: dict[Any, Any]) -> Any:
    is_ordered = isinstance(value, OrderedDict)
    if is_ordered or "__type" in value or not all(isinstance(key, str) for key in value):
        pairs = [[object_to_json(key), object_to_json(item)] for key, item in value.items()]
        return {"__type": "OrderedDict" if is_ordered else "dict", "value": pairs}
    return {str(key): object_to_json(item) for key, item in value.items()}


def _other_to_json(value: Any) -> Any:
    for kind, name in ((tuple, "tuple"), (frozenset, "set"), (set, "set")):
        if isinstance(value, kind):
            return {"__type": name, "value": [object_to_json(item) for item in value]}
    if isinstance(value, (Experiment, BaseTrial)):
        from armwright.persistence import experiment_json  # which builds on this module

        if isinstance(value, Experiment):
            return experiment_json.experiment_to_json(value)
        return experiment_json.trial_to_json(value)
    return _foreign_to_json(value)


def _foreign_to_json(value: Any) -> Any:
    module = type(value).__module__.partition(".")[0]
    if module == "numpy" and hasattr(value, "item"):
        if value.shape:
            return {"__type": "ndarray", "value": object_to_json(value.tolist())}
        item = value.item()
        # A number wider than Python's gives itself as its item.
        return object_to_json(float(item) if type(item) is type(value) else item)
    if module == "pandas" and hasattr(value, "columns"):
        return {"__type": "DataFrame", "value": frame_to_text(value)}
    raise unknown_class(value)


def object_from_json(value: Any) -> Any:
    """The object a JSON value of `object_to_json` describes.

    Raises:
        JSONDecodeError: It names a class that is not known, or describes an object that cannot be.
    """
    if isinstance(value, list):
        return [object_from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "__type" not in value:
        return {key: object_from_json(item) for key, item in value.items()}
    kind = value["__type"]
    if kind in ("Experiment", "SimpleExperiment"):
        from armwright.persistence import experiment_json  # which builds on this module

        return experiment_json.experiment_from_json(value, strict=True)
    body = {key: item for key, item in value.items() if key != "__type"}
    try:
        if kind in _PLAIN:
            return _PLAIN[kind](body["value"])
        if kind in ENUMS:
            return ENUMS[kind][body["name"]]
        cls = class_called(kind)
        if cls is not None:
            return _rebuild(cls, body)
    except KeyError as error:
        raise JSONDecodeError(f"the {kind} in this document is incomplete: {error}") from error
    except WRONG_DOCUMENT as error:
        raise JSONDecodeError(f"the {kind} in this document cannot be: {error}") from error
    if kind in ("Trial", "BatchTrial"):
        raise JSONDecodeError(
            f"a {kind} has no meaning outside its experiment",
            hint="read the document of the whole experiment",
        )
    raise JSONDecodeError(
        f"the document holds a {kind}, a class that is not known here",
        hint=f"if it is a Metric or Runner of yours, call armwright.ax.register_metric({kind}) or "
        f"armwright.ax.register_runner({kind}) before loading",
    )


def _pairs(pairs: list[Any]) -> list[tuple[Any, Any]]:
    return [(object_from_json(key), object_from_json(item)) for key, item in pairs]


def _array(items: list[Any]) -> Any:
    import numpy as np

    return np.array(object_from_json(items))


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "datetime": datetime.fromisoformat,
    "tuple": lambda items: tuple(object_from_json(items)),
    "set": lambda items: set(object_from_json(items)),
    "dict": lambda pairs: dict(_pairs(pairs)),
    "OrderedDict": lambda pairs: OrderedDict(_pairs(pairs)),
    "ndarray": _array,
    "DataFrame": frame_from_text,
}


def _rebuild(cls: type, body: Mapping[str, Any]) -> Any:
    if cls is SearchSpace:
        return _search_space(body)
    if cls is Data:
        return data_from_json([body])[0]
    names = argument_names(cls)
    arguments = {name: object_from_json(item) for name, item in body.items() if name in names}
    if cls is GeneratorRun:
        return _generator_run(arguments, body)
    return cls(**arguments)


def data_from_json(documents: Sequence[Mapping[str, Any]]) -> list[Data]:
    """The `Data` that many JSON values describe; far faster than one after the other."""
    tables = [cells_of_text(document["df"]["value"]) for document in documents]
    plain = [place for place, table in enumerate(tables) if are_plain(table)]
    others = [place for place, table in enumerate(tables) if not are_plain(table)]
    rows: dict[int, Rows] = dict(
        zip(plain, stored_rows([tables[at] for at in plain], data_frames), strict=True)
    )
    made = data_frames([tables[at] for at in others]) if others else []
    frames = dict(zip(others, made, strict=True))
    found = []
    for place, document in enumerate(documents):
        data = Data(description=document.get("description"))
        data._rows, data._df = rows.get(place), frames.get(place)  # checked already
        found.append(data)
    return found


def _generator_run(arguments: dict[str, Any], body: Mapping[str, Any]) -> GeneratorRun:
    for key, depth in _PREDICTIONS.items():
        arguments[key] = _as(tuple, arguments.get(key), depth=depth)
    run = GeneratorRun(**arguments)
    if body.get("time_created") is not None:
        run._time_created = object_from_json(body["time_created"])
    run._index = body.get("index")
    return run


def _as(kind: type[list[Any]] | type[tuple[Any, ...]], value: Any, *, depth: int) -> Any:
    if depth == 0 or not isinstance(value, list | tuple):
        return value
    return kind(_as(kind, item, depth=depth - 1) for item in value)


def _search_space(body: Mapping[str, Any]) -> SearchSpace:
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
