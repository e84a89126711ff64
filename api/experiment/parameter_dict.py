"""Parameters written as dicts, the form `ax.optimize`, `AxClient` and experiment files share.

    {"name": "lr", "type": "range", "bounds": [1e-4, 1.0], "log_scale": True}
    {"name": "layers", "type": "range", "bounds": [1, 4]}                # whole bounds: an int
    {"name": "activation", "type": "choice", "values": ["relu", "tanh"]}
    {"name": "epochs", "type": "fixed", "value": 10}

`value_type` is one of "int", "float", "bool" and "str"; left out, the first bound or value decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.experiment.choice_parameter import ChoiceParameter
from armwright.experiment.fixed_parameter import FixedParameter
from armwright.experiment.parameter_type import ParameterType
from armwright.experiment.range_parameter import RangeParameter
from armwright.fault_path import at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment.parameter import Parameter

__all__ = ["parameter_from_dict"]

_VALUE_TYPES = {
    "int": (ParameterType.INT, int),
    "float": (ParameterType.FLOAT, float),
    "bool": (ParameterType.BOOL, bool),
    "str": (ParameterType.STRING, str),
}


def parameter_from_dict(spec: Mapping[str, Any]) -> Parameter:
    """Makes the parameter that a dict describes. Keys it does not know are ignored.

    Raises:
        KeyError: A required key is missing.
        AssertionError: A key has a value of the wrong kind.
        ValueError: A flag is not a bool, or the parameter's own rules refuse the values.
    """
    if "name" not in spec:
        raise KeyError(f"a parameter needs a 'name', got only the keys {sorted(spec)}")
    name = spec["name"]
    _require(isinstance(name, str), f"a parameter's name must be a str, got {name!r}", "name")
    kind = _required(spec, "type")
    flags = {key: _flag(spec, key) for key in ("is_fidelity",)}
    target_value = spec.get("target_value")
    match kind:
        case "range":
            bounds = _required(spec, "bounds")
            _require(
                isinstance(bounds, list) and len(bounds) == 2,
                f"{name}: bounds must be a list of two numbers, lower and upper, got {bounds!r}",
                "bounds",
            )
            _require(
                not any(isinstance(bound, bool) for bound in bounds),
                f"{name}: bounds must be numbers, got {bounds!r}",
                "bounds",
            )
            log_scale, value_type = _flag(spec, "log_scale"), _value_type(spec, bounds, "bounds")
            with at("target_value" if _lacks_target(spec) else "bounds"):
                return RangeParameter(
                    name=name,
                    parameter_type=value_type,
                    lower=bounds[0],
                    upper=bounds[1],
                    log_scale=log_scale,
                    target_value=target_value,
                    **flags,
                )
        case "choice":
            values = _required(spec, "values")
            _require(
                isinstance(values, list) and len(values) > 1,
                f"{name}: values must be a list of two or more, got {values!r}",
                "values",
            )
            more = {key: _flag(spec, key) for key in ("is_ordered", "is_task")}
            value_type = _value_type(spec, values, "values")
            with at("target_value" if _lacks_target(spec) else "values"):
                return ChoiceParameter(
                    name=name,
                    parameter_type=value_type,
                    values=values,
                    target_value=target_value,
                    **more,
                    **flags,
                )
        case "fixed":
            value = _required(spec, "value")
            _require(
                isinstance(value, bool | int | float | str),
                f"{name}: value must be one int, float, bool or str, got {value!r}",
                "value",
            )
            value_type = _value_type(spec, [value], "value")
            with at("target_value" if _lacks_target(spec) else "value"):
                return FixedParameter(
                    name=name,
                    parameter_type=value_type,
                    value=value,
                    target_value=target_value,
                    **flags,
                )
        case _:
            with at("type"):
                raise AssertionError(
                    f"{name}: type must be 'range', 'choice' or 'fixed', got {kind!r}"
                )


def _lacks_target(spec: Mapping[str, Any]) -> bool:
    return bool(spec.get("is_fidelity")) and spec.get("target_value") is None


def _required(spec: Mapping[str, Any], key: str) -> Any:
    if key not in spec:
        raise KeyError(f"{spec['name']}: {key!r} is missing, got only the keys {sorted(spec)}")
    return spec[key]


def _require(condition: bool, message: str, *path: str | int) -> None:
    if not condition:
        with at(*path):
            raise AssertionError(message)


def _flag(spec: Mapping[str, Any], key: str) -> bool:
    value = spec.get(key, False)
    if not isinstance(value, bool):
        with at(key):
            raise ValueError(f"{spec['name']}: {key} must be True or False, got {value!r}")
    return value


def _value_type(spec: Mapping[str, Any], values: list[Any], key: str) -> ParameterType:
    """The type of the values that are under a key."""
    name, declared = spec["name"], spec.get("value_type")
    if declared is not None:
        _require(
            isinstance(declared, str) and declared in _VALUE_TYPES,
            f"{name}: value_type must be one of {sorted(_VALUE_TYPES)}, got {declared!r}",
            "value_type",
        )
        for value in values:
            _require(
                _is_a(declared, value),
                f"{name}: values must be of value_type {declared!r}, got {value!r}",
                key,
            )
        return _VALUE_TYPES[declared][0]
    first = type(values[0])
    for parameter_type, python_type in _VALUE_TYPES.values():
        if first is python_type:
            _require(
                all(type(value) is first for value in values),
                f"{name}: all values must be of one type, got {values!r}; "
                "write 0.0 for a float, or name the value_type",
                key,
            )
            return parameter_type
    with at(key):
        raise AssertionError(f"{name}: values must be int, float, bool or str, got {values[0]!r}")


def _is_a(declared: str, value: Any) -> bool:
    """Whether a value can stand for the declared type without changing its meaning."""
    if declared == "str":
        return isinstance(value, str | int | float)
    if declared == "bool" or isinstance(value, bool):
        return declared == "bool" and isinstance(value, bool)
    if isinstance(value, float):
        return declared == "float" or value.is_integer()
    return isinstance(value, int)
