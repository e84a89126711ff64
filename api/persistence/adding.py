"""Trials with arms of the caller's choice: to be run by whoever asks, or with known results."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import Arm, FixedParameter
from armwright.persistence.kept_definition import needed_metrics
from armwright.persistence.measured import mean_and_sem
from armwright.store.process import this_place
from armwright.store.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from armwright.experiment import Parameter, SearchSpace
    from armwright.persistence.asked_trials import Result
    from armwright.persistence.stored_experiment import StoredExperiment

__all__ = ["GivenTrial", "add_trials", "given_from_text", "parameters_from_words"]

_KEYS = ("parameters", "values")
_TRUTH = {"true": True, "false": False}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTrial:
    """A trial to be added.

    Attributes:
        parameters: Of its arm; fixed ones may be left out.
        values: What it measured: for each metric a mean, or a mean and its standard error. Empty
            where it is yet to be run.
    """

    parameters: Mapping[str, Any]
    values: Mapping[str, Result] = field(default_factory=dict)


def add_trials(stored: StoredExperiment, given: Sequence[GivenTrial]) -> list[int]:
    """Adds trials; those without results wait, and the next to ask take them first.

    They count as trials of the budget, and are added also where that is used up.

    Args:
        stored: Where to.
        given: The trials. All are checked before any is added.

    Returns:
        Their numbers.

    Raises:
        UsageError: A parameter is unknown, missing or out of its bounds, or a metric is unknown or
            missing.
        StoreError: One could not be written; those before it are.
    """
    space = stored.search_space
    whole = stored.asker.maker.whole
    arms = [_arm(whole(it.parameters, stored.state), space, stored.url) for it in given]
    for trial in given:
        if trial.values:
            _check_values(trial.values, stored)
    numbers = []
    promise = Promise(place=this_place())  # should we die before the result is told, it waits
    for trial, arm in zip(given, arms, strict=True):
        number = stored.asker.add(arm, claimed=bool(trial.values), promise=promise)
        if trial.values:
            stored.tell(number, trial.values, attempt=1)
        numbers.append(number)
    return numbers


def _arm(given: Mapping[str, Any], space: SearchSpace, url: str) -> Arm:
    fixed = {
        name: parameter.value
        for name, parameter in space.parameters.items()
        if isinstance(parameter, FixedParameter)
    }
    parameters = fixed | {
        name: _of_its_type(space.parameters[name], value) if name in space.parameters else value
        for name, value in given.items()
    }
    ordered = [name for name in space.parameters if name in parameters]
    arm = Arm({name: parameters[name] for name in dict.fromkeys([*ordered, *parameters])})
    try:
        space.check_membership(arm.parameters, raise_error=True)
    except ValueError as error:
        hint = "armwright edit changes bounds and values"
        if set(parameters) != set(space.parameters):
            asked = [name for name in space.parameters if name not in fixed]
            hint = f"give a value for each of {', '.join(asked)}, and nothing else"
        raise UsageError(f"{url!r} cannot have this arm: {error}", hint=hint) from error
    return arm


def _of_its_type(parameter: Parameter, value: Any) -> Any:
    kind = parameter.python_type
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if type(value) is kind or (number and kind is float):
        return parameter.cast(value)
    if number and kind is int and float(value).is_integer():
        return int(value)
    raise UsageError(f"{parameter.name} should be of type {kind.__name__}, got {value!r}")


def _check_values(values: Mapping[str, Result], stored: StoredExperiment) -> None:
    metrics = stored.metrics
    for name, value in values.items():
        if name not in metrics:
            raise UsageError(f"unknown metric {name!r}, expected {', '.join(metrics)}")
        mean_and_sem(name, value)
    for name in needed_metrics(stored.state, stored.optimization_config):
        if name not in values:
            raise UsageError(f"no value for {name!r}, got {', '.join(values)}")


def parameters_from_words(words: Iterable[str], space: SearchSpace) -> dict[str, Any]:
    """Reads name=value, each value by its parameter's type, or a JSON object of several.

    Raises:
        UsageError: A word is no assignment, its name unknown or given twice, or its value of
            another type.
    """
    found: dict[str, Any] = {}
    known = space.parameters
    for word in words:
        if word.lstrip().startswith("{"):
            found |= _of_object(word, found)
            continue
        # A parameter's name may hold =, and so may a text.
        ends = [place for place, letter in enumerate(word) if letter == "="]
        name = next((word[:end] for end in ends if word[:end] in known), None)
        if name is None:
            raise UsageError(
                f"expected parameter=value, got {word!r}; the parameters are {', '.join(known)}"
            )
        if name in found:
            raise UsageError(f"expected one value for {name}, got another: {word!r}")
        found[name] = _value(known[name], word[len(name) + 1 :])
    return found


def _of_object(word: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a JSON object, as `armwright ask` prints one."""
    try:
        found = json.loads(word)
    except ValueError as error:
        raise UsageError(f"expected parameters as a JSON object, got {word!r}: {error}") from error
    twice = sorted(found.keys() & before.keys())
    if twice:
        raise UsageError(f"expected one value for {twice[0]}, got another: {word!r}")
    return dict(found)


def _value(parameter: Parameter, text: str) -> Any:
    kind = parameter.python_type
    try:
        if kind is bool:
            return _TRUTH[text.lower()]
        return kind(text)
    except (KeyError, ValueError) as error:
        raise UsageError(
            f"{parameter.name} should be of type {kind.__name__}, got {text!r}"
        ) from error


def given_from_text(text: str, *, source: str) -> list[GivenTrial]:
    """Reads JSON lines: {"parameters": {...}}, or {"parameters": {...}, "values": {...}}.

    Args:
        text: The lines; those that are blank are passed over.
        source: What to call it in messages.

    Raises:
        UsageError: A line is something else; says which.
    """
    found = []
    for place, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            found.append(_given(line, f"{source}: line {place}"))
    if not found:
        raise UsageError(f"{source} holds no trial: expected a JSON object on each line")
    return found


def _given(line: str, where: str) -> GivenTrial:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("parameters"), dict):
        raise UsageError(
            f"{where} should be an object with parameters, and values if they are known, got {line}"
        )
    unknown = [key for key in document if key not in _KEYS]
    values = document.get("values") or {}
    if unknown or not isinstance(values, dict):
        raise UsageError(
            f"{where}: expected the keys {' and '.join(_KEYS)}, each an object, got "
            f"{', '.join(document)}"
        )
    return GivenTrial(
        parameters=document["parameters"],
        values={
            name: tuple(item) if isinstance(item, list) else item for name, item in values.items()
        },
    )
