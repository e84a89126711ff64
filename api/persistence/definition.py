"""An experiment written as a file: YAML, TOML or JSON, with the keys of `ax.optimize`.

name = "digits"                                # optional; the URL's last part if left out
description = "support vector machine on handwritten digits"
budget = 25                                    # trials to make; optional
seed = 7                                       # optional
parameter_constraints = ["C + coef0 <= 1000"]  # optional; in TOML above the first [table]
outcome_constraints = ["latency <= 40"]        # optional; "latency <= 10%" of the status quo's
status_quo = {C = 1.0, coef0 = 0.0}            # optional; is run first where a bound refers to it
tracking_metrics = ["fit_seconds"]             # optional: recorded, neither optimized nor bounded
generation = {output_warp = "likeliest"}       # optional; see armwright.generation_options

[objective]                                    # or several: [[objectives]], each with these keys
metric = "accuracy"
minimize = false

[[parameters]]
name = "C"
type = "range"
bounds = [0.001, 1000.0]
log_scale = true
digits = 4                                     # optional: decimal places of a float

[[parameters]]
name = "coef0"
type = "range"
bounds = [-1.0, 1.0]
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import (
    ChoiceParameter,
    Experiment,
    Metric,
    MultiObjective,
    Objective,
    OptimizationConfig,
    ParameterType,
    RangeParameter,
    SearchSpace,
)
from armwright.experiment.constraint_text import (
    outcome_constraint_from_text,
    parameter_constraint_from_text,
)
from armwright.experiment.parameter_dict import parameter_from_dict
from armwright.fault_path import at, path_of
from armwright.generation_options import GENERATION, checked_generation, generation_words
from armwright.persistence.defined_status_quo import STATUS_QUO_KEY, status_quo_from_dict
from armwright.persistence.document_text import document_from_text
from armwright.persistence.status_quo_first import relative_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from armwright.experiment import GeneratorRun, Parameter

__all__ = [
    "Definition",
    "definition_from_dict",
    "definition_from_text",
    "made_or_refused",
    "objective_from_dict",
    "parameter_from_spec",
    "texts_of",
]

_KEYS = {
    "name": str,
    "description": str,
    "parameters": list,
    "objective": dict,
    "objectives": list,
    "parameter_constraints": list,
    "outcome_constraints": list,
    STATUS_QUO_KEY: dict,
    "tracking_metrics": list,
    "budget": int,
    "seed": int,
    GENERATION: dict,
}
_WORDS = {str: "a text", list: "a list", dict: "a table", int: "a whole number"}
_PARAMETER_KEYS = {
    "range": {"name", "type", "value_type", "bounds", "log_scale", "digits"},
    "choice": {"name", "type", "value_type", "values", "is_ordered", "is_task"},
    "fixed": {"name", "type", "value_type", "value"},
}
_ANY_PARAMETER_KEYS = {"is_fidelity", "target_value"}
_MOST_DIGITS = 15  # a float has no more


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a definition file says.

    Attributes:
        experiment: The experiment, without trials.
        budget: How many trials to make; None for no end.
        seed: Decides every arm; None for fresh entropy.
        generation: What is said of the model that makes arms; see `armwright.generation_options`.
        notes: What was read otherwise than its writer may expect, in words.
        rules: What holds beside the space and the objective, in words.
        parts: What else the configuration is to hold: rules that the domain does not know, for the
            code that makes the arms by them.
        run: Makes the arm of a trial number where that code does, from what is known, the seed and
            the number.
        shown: What of an arm is given to whoever runs it; all of it if None.
    """

    experiment: Experiment
    budget: int | None
    seed: int | None
    generation: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    parts: Mapping[str, Any] | None = None
    run: Callable[[Experiment, int, int], GeneratorRun] | None = None
    shown: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None


def definition_from_text(text: str | bytes, *, source: str) -> Definition:
    """Reads a definition: YAML, TOML or JSON, by the file's ending or what it looks like.

    Args:
        text: The file's content; bytes are read as UTF-8.
        source: What to call it in messages: its path, or "standard input".

    Raises:
        UsageError: It is none of them, or `definition_from_dict` refuses it. Names the line or the
            key.
    """
    return definition_from_dict(document_from_text(text, source=source), source=source)


def definition_from_dict(document: Mapping[str, Any], *, source: str = "definition") -> Definition:
    """Makes the experiment that a definition describes.

    Raises:
        UsageError: A key is missing, unknown or of the wrong kind; names it, what was expected and
            what came.
    """
    _check_keys(document, source)
    parameters = list(_parameters(document["parameters"], source))
    by_name = {parameter.name: parameter for parameter in parameters}
    with at("parameters"):
        space = made_or_refused(f"{source}: parameters", lambda: SearchSpace(parameters=parameters))
    linear = partial(parameter_constraint_from_text, parameters=by_name)
    constraints = _constraints(document, "parameter_constraints", source, linear)
    with at("parameter_constraints"):
        made_or_refused(
            f"{source}: parameter_constraints",
            lambda: space.set_parameter_constraints(constraints),
        )
    objective = objective_from_dict(document, source)
    bounds = _constraints(document, "outcome_constraints", source, outcome_constraint_from_text)
    with at("outcome_constraints"):
        config = made_or_refused(
            f"{source}: outcome_constraints", lambda: OptimizationConfig(objective, bounds)
        )
    tracked = [Metric(name=text) for _, text in texts_of(document, "tracking_metrics", source)]
    for place, metric in enumerate(tracked):
        if metric.name in config.metrics:
            raise UsageError(
                f"{source}: tracking_metrics: {metric.name!r} is optimized or bounded already",
                path=("tracking_metrics", place),
            )
    budget = document.get("budget")
    if budget is not None and budget < 1:
        raise UsageError(f"{source}: budget should be at least 1, got {budget}", path=("budget",))
    with at(GENERATION):
        said = checked_generation(document.get(GENERATION), source=source)
    with at(STATUS_QUO_KEY):
        status_quo = status_quo_from_dict(document.get(STATUS_QUO_KEY), space, source=source)
    with at("tracking_metrics"):
        experiment = made_or_refused(
            f"{source}: tracking_metrics",
            lambda: Experiment(
                search_space=space,
                name=document.get("name"),
                description=document.get("description"),
                optimization_config=config,
                tracking_metrics=tracked,
                status_quo=status_quo,
            ),
        )
    return Definition(
        experiment=experiment,
        budget=budget,
        seed=document.get("seed"),
        generation=said,
        notes=tuple(_notes(experiment, said)),
        rules=tuple(generation_words(said)),
    )


def _notes(experiment: Experiment, said: Mapping[str, Any]) -> Iterator[str]:
    from armwright.generation.effectless import effectless

    config = experiment.optimization_config
    assert config is not None  # noqa: S101 - a definition has an objective
    for words in effectless(said, config, experiment.search_space):
        yield f"{GENERATION}.{words}"
    bounds = relative_bounds(config)
    if bounds and experiment.status_quo is not None:
        yield f"the first trial is the status quo, to which {' and '.join(bounds)} is relative"
    elif experiment.status_quo is not None:
        yield (
            "the status quo is kept for whoever looks, and not run: no outcome constraint is "
            'relative to it, such as "latency <= 10%"'
        )


def _parameters(specs: Sequence[Any], source: str) -> Iterator[Parameter]:
    for index, spec in enumerate(specs):
        with at("parameters", index):
            yield parameter_from_spec(spec, f"{source}: parameters[{index}]")


def _constraints(
    document: Mapping[str, Any], key: str, source: str, make: Callable[[str], Any]
) -> list[Any]:
    """What the texts of a list stand for.

    Args:
        document: Has the list, or not.
        key: Of the list.
        source: What to call the document in messages; may be empty.
        make: Makes one of a text.

    Raises:
        UsageError: One is no text, or `make` refuses it.
    """
    found, start = [], f"{source}: " if source else ""
    for place, (where, text) in enumerate(texts_of(document, key, source)):
        with at(key, place):
            found.append(made_or_refused(f"{start}{where}", partial(make, text)))
    return found


def texts_of(document: Mapping[str, Any], key: str, source: str) -> Iterator[tuple[str, str]]:
    """The texts of a list, each with its place, such as "tracking_metrics[0]"."""
    for index, text in enumerate(document.get(key, ())):
        if not isinstance(text, str) or not text.strip():
            raise UsageError(
                f"{source}: {key}[{index}] should be a text, got {text!r}", path=(key, index)
            )
        yield f"{key}[{index}]", text


def _check_keys(document: Mapping[str, Any], source: str) -> None:
    for key, value in document.items():
        if key not in _KEYS:
            raise UsageError(
                f"{source}: unknown key {key!r}; the keys are {', '.join(_KEYS)}",
                hint="in TOML, a key below a [table] belongs to that table: move it up",
                path=(key,),
            )
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            several = key == "objective" and isinstance(value, list)
            raise UsageError(
                f"{source}: {key} should be {_WORDS[_KEYS[key]]}, got {value!r}",
                hint="several objectives go under the key objectives" if several else "",
                path=(key,),
            )
    if "parameters" not in document:
        raise UsageError(f"{source}: the key 'parameters' is missing")
    if ("objective" in document) == ("objectives" in document):
        if "objective" in document:
            raise UsageError(
                f"{source}: expected objective or objectives, got both", path=("objectives",)
            )
        raise UsageError(f"{source}: the key 'objective' is missing")
    if not document["parameters"]:
        raise UsageError(
            f"{source}: parameters should name at least one parameter, got none",
            path=("parameters",),
        )


def parameter_from_spec(spec: Any, where: str) -> Parameter:
    """Makes one parameter.

    Args:
        spec: Its table.
        where: What to call it in messages.

    Raises:
        UsageError: A key is missing, unknown or of the wrong kind.
    """
    if not isinstance(spec, dict):
        raise UsageError(f"{where} should be a table with name, type and bounds, got {spec!r}")
    if isinstance(spec.get("name"), str):
        where = f"{where} ({spec['name']})"
        if not spec["name"].strip():
            raise UsageError(f"{where}: name should not be empty", path=("name",))
    kind = spec.get("type")
    known = set().union(*_PARAMETER_KEYS.values())
    if isinstance(kind, str):
        known = _PARAMETER_KEYS.get(kind, known)
    unknown = sorted(set(spec) - known - _ANY_PARAMETER_KEYS)
    if unknown:
        raise UsageError(
            f"{where}: unknown key {unknown[0]!r} for a parameter of type {kind!r}; "
            f"the keys are {', '.join(sorted(known | _ANY_PARAMETER_KEYS))}",
            path=(unknown[0],),
        )
    _check_finite(spec, where)
    parameter: Parameter = made_or_refused(where, lambda: parameter_from_dict(spec))
    if isinstance(parameter, ChoiceParameter):
        known_values: set[Any] = set()
        for place, value in enumerate(parameter.values):
            if value in known_values:
                raise UsageError(
                    f"{where}: values should be different, got {value!r} twice",
                    path=("values", place),
                )
            known_values.add(value)
    if isinstance(parameter, RangeParameter) and "digits" in spec:
        with at("digits"):
            _set_digits(parameter, spec["digits"], where)
    return parameter


def _check_finite(spec: Mapping[str, Any], where: str) -> None:
    """Refuses numbers that are none, or without end: no arm could hold them."""
    for key in ("bounds", "values", "value", "target_value"):
        listed = isinstance(spec.get(key), list)
        for place, value in enumerate(spec[key] if listed else [spec.get(key)]):
            if isinstance(value, float) and not math.isfinite(value):
                raise UsageError(
                    f"{where}: {key} must be finite, got {value}",
                    path=(key, place) if listed else (key,),
                )


def _set_digits(parameter: RangeParameter, digits: Any, where: str) -> None:
    if type(digits) is not int or not 0 <= digits <= _MOST_DIGITS:
        raise UsageError(
            f"{where}: digits should be a whole number from 0 to {_MOST_DIGITS}, got {digits!r}"
        )
    if parameter.parameter_type is not ParameterType.FLOAT:
        raise UsageError(
            f"{where}: digits are for parameters of type float, this one is an integer",
            hint="write its bounds with a decimal point, such as 0.0",
        )
    made_or_refused(f"{where}: digits", lambda: parameter.set_digits(digits))


def objective_from_dict(document: Mapping[str, Any], source: str) -> Objective:
    """What is optimized: one metric, or several.

    Args:
        document: Has `objective` or `objectives`.
        source: What to call it in messages.

    Raises:
        UsageError: A key is missing, unknown or of the wrong kind.
    """
    if "objective" in document:
        with at("objective"):
            metric = _objective_metric(document["objective"], f"{source}: objective")
        return Objective(metric=metric, minimize=bool(metric.lower_is_better))
    metrics = []
    for index, spec in enumerate(document["objectives"]):
        with at("objectives", index):
            if not isinstance(spec, dict):
                raise UsageError(f"{source}: objectives[{index}] should be a table, got {spec!r}")
            metrics.append(_objective_metric(spec, f"{source}: objectives[{index}]"))
    names = [metric.name for metric in metrics]
    if len(names) < 2 or len(set(names)) < len(names):
        raise UsageError(
            f"{source}: objectives should be two or more different metrics, got "
            f"{', '.join(names) or 'none'}",
            path=("objectives",),
        )
    return MultiObjective(metrics)


def _objective_metric(spec: Mapping[str, Any], where: str) -> Metric:
    unknown = sorted(set(spec) - {"metric", "minimize"})
    if unknown:
        raise UsageError(
            f"{where}: unknown key {unknown[0]!r}; the keys are metric, minimize",
            path=(unknown[0],),
        )
    metric = spec.get("metric")
    if not isinstance(metric, str) or not metric.strip():
        raise UsageError(
            f"{where}.metric should be a metric's name, got "
            + ("none" if metric is None else repr(metric)),
            path=("metric",),
        )
    minimize = spec.get("minimize", False)
    if not isinstance(minimize, bool):
        raise UsageError(
            f"{where}.minimize should be true or false, got {minimize!r}", path=("minimize",)
        )
    return Metric(name=metric, lower_is_better=minimize)


def made_or_refused(where: str, make: Callable[[], Any]) -> Any:
    """What `make` returns; the errors of the domain become usage errors that say where."""
    try:
        return make()
    except (AssertionError, ValueError, KeyError, TypeError, OverflowError) as error:
        words = error.args[0] if error.args else error
        raise UsageError(f"{where}: {words}", path=path_of(error)) from error
