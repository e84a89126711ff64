"""The parameters of an experiment under way, with some changed, new, or taken away.

    lr.bounds=[1e-6,1]                                       another domain
    drop.type=range  drop.bounds=[0.0,0.5]  drop.was=0.0       a new one
    lr=none                                                  one taken away

The arms so far had no value of a new parameter, but what they measured was measured at one: the
program's own. With it they go on telling the model what they can, and those that are tried again
get it. What they measured at several values of one that is taken away looks like noise.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.experiment import ChoiceParameter, FixedParameter, RangeParameter
from armwright.persistence.definition import parameter_from_spec
from armwright.persistence.edit_keys import unknown_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.experiment import Parameter, ParameterConstraint, SearchSpace

__all__ = ["NEW_KEYS", "check_constraints", "edited_space", "noted"]

_Json = dict[str, Any]

WAS = "was"  # of a new parameter: its value in the arms so far
NEW_KEYS = (
    *("type", "value_type", "bounds", "log_scale", "digits", "values", "is_ordered", "is_task"),
    *("value", "is_fidelity", "target_value", WAS),
)
_GONE = (None, "none")
_TYPE_WORDS = {"INT": "int", "FLOAT": "float", "BOOL": "bool", "STRING": "str"}
_WRAPPED = re.compile(r"\w+\((.*)\)")  # as a constraint prints itself


def edited_space(
    space: SearchSpace, changes: Mapping[str, Any], *, has_arms: bool
) -> tuple[dict[str, Parameter], _Json, list[str]]:
    """The parameters as they are to be.

    Args:
        space: As it is.
        changes: New values by key; see the module.
        has_arms: Whether there are arms already, which need values of new parameters.

    Returns:
        The parameters by name, what the new ones were, and the changes in words.

    Raises:
        UsageError: A key is unknown, or a value cannot be.
    """
    parameters, was, words = space.parameters, dict[str, Any](), list[str]()
    for name, values in _by_name(changes, parameters).items():
        if values is None:
            words.append(f"{name}: {_text(_spec(parameters.pop(name)))} -> none")
        elif name in parameters:
            parameters[name] = _changed(parameters[name], values, words)
        else:
            parameters[name] = _new(name, dict(values), was, has_arms=has_arms)
            words.append(f"{name}: none -> {_text(values)}")
    return parameters, was, words


def check_constraints(
    constraints: Iterable[ParameterConstraint], parameters: Mapping[str, Parameter]
) -> None:
    """Refuses constraints on parameters that are gone.

    Raises:
        UsageError: There is one.
    """
    for constraint in constraints:
        for name in constraint.constraint_dict:
            if name not in parameters:
                text = _WRAPPED.sub(r"\1", str(constraint))
                raise UsageError(
                    f"parameter_constraints hold {name}, which is taken away: {text}",
                    hint="give parameter_constraints without it in the same edit",
                )


def noted(words: list[str], key: str, old: Any, new: Any) -> None:
    """Writes down a change, unless there is none; constraints are compared as they are written."""
    shown = old
    if isinstance(old, list):
        shown = [item if _is_plain(item) else _WRAPPED.sub(r"\1", str(item)) for item in old]
    if shown != new or type(shown) is not type(new):
        words.append(f"{key}: {_text(shown)} -> {_text(new)}")


def _is_plain(item: Any) -> bool:
    return item is None or isinstance(item, str | int | float | bool | dict | list)


def _text(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _by_name(
    changes: Mapping[str, Any], parameters: Mapping[str, Parameter]
) -> dict[str, _Json | None]:
    """The changes of each parameter; None for one that is taken away."""
    found: dict[str, _Json | None] = {}
    for key, value in changes.items():
        owners = [name for name in parameters if key.startswith(f"{name}.")]
        name, _, part = key.rpartition(".")
        if owners:
            name = max(owners, key=len)
            values = {key[len(name) + 1 :]: value}
        elif isinstance(value, dict):
            name, values = key, value
        elif key in parameters:
            if value not in _GONE:
                raise UsageError(
                    f"{key} should be none, to take it away, or a table, got {value!r}",
                    hint=f"its domain is {key}.bounds or {key}.values",
                )
            found[key] = None
            continue
        elif name and part in NEW_KEYS:
            values = {part: value}
        else:
            raise unknown_key(key, parameters)
        before = found.setdefault(name, {})
        if before is None:
            raise UsageError(f"{name} cannot be changed and taken away at once")
        before |= values
    return found


def _new(name: str, values: _Json, was: _Json, *, has_arms: bool) -> Parameter:
    """A new parameter; what it was is added to `was`."""
    if "type" not in values:
        raise UsageError(
            f"there is no parameter {name!r}, and a new one needs a type, got none",
            hint=f"{name}.type=range {name}.bounds=[0.0,1.0] {name}.{WAS}=0.5",
        )
    known = WAS in values
    value = values.pop(WAS, None)
    parameter = parameter_from_spec({"name": name, **values}, "edit")
    if isinstance(parameter, FixedParameter) and not known:
        known, value = True, parameter.value
    if not known:
        if has_arms:
            raise UsageError(
                f"{name} is new: what was it in the arms so far? expected a value, got none",
                hint=f"{name}.{WAS}=VALUE",
            )
        return parameter
    if parameter.python_type is float and type(value) is int:
        value = float(value)
    if not parameter.validate(value):
        raise UsageError(
            f"{name}.{WAS} should be one of its values, got {value!r}",
            hint="arms outside of the space teach no model: widen its domain, or fork",
        )
    was[name] = value
    return parameter


def _changed(parameter: Parameter, values: _Json, words: list[str]) -> Parameter:
    name, spec = parameter.name, _spec(parameter)
    for key in ("name", "type", "value_type"):
        if values.get(key, spec[key]) != spec[key]:
            raise UsageError(
                f"{name}: {key} stays what it is, {spec[key]!r}, got {values[key]!r}",
                hint="names and types of parameters are for ever; make a new experiment",
            )
    for key, value in values.items():
        noted(words, f"{name}.{key}", spec.get(key), value)
    made: Parameter = parameter_from_spec({**spec, **values}, "edit")
    return made


def _spec(parameter: Parameter) -> _Json:
    """A parameter as an experiment file has it."""
    spec: _Json = {"name": parameter.name, "value_type": _TYPE_WORDS[parameter.parameter_type.name]}
    if isinstance(parameter, RangeParameter):
        bounds = [parameter.lower, parameter.upper]
        spec |= {"type": "range", "bounds": bounds, "log_scale": parameter.log_scale}
        if parameter.digits is not None:
            spec["digits"] = parameter.digits
    elif isinstance(parameter, ChoiceParameter):
        spec |= {"type": "choice", "values": parameter.values}
        spec |= {"is_ordered": parameter.is_ordered, "is_task": parameter.is_task}
    elif isinstance(parameter, FixedParameter):
        spec |= {"type": "fixed", "value": parameter.value}
    if parameter.is_fidelity:
        spec |= {"is_fidelity": True, "target_value": parameter.target_value}
    return spec
