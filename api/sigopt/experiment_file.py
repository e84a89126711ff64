"""SigOpt's `experiment.yml`, the body of `create_experiment`, as a definition for the command line.

The fields are checked by the rules of `sigopt.create_experiment`. What those arms alone can honour
is refused here by name: `armwright ask` makes the arms of the domain, which knows no conditionals,
priors, grids or several solutions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.persistence.definition import Definition
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.domain import domain_experiment
from armwright.sigopt.exception import ApiException
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.validate import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["definition_from_sigopt", "is_sigopt"]

_TYPES = ("double", "int", "categorical")
_HINT = "armwright.sigopt.create_experiment honours it, in Python; or leave it out"


def is_sigopt(document: Mapping[str, Any]) -> bool:
    """Whether a document is written in SigOpt's words: it has metrics, or parameters of its types.

    Args:
        document: An experiment file's content.
    """
    parameters = document.get("parameters")
    named = parameters if isinstance(parameters, list) else []
    types = [item.get("type") for item in named if isinstance(item, dict)]
    return "metrics" in document or any(kind in _TYPES for kind in types)


def definition_from_sigopt(document: Mapping[str, Any], *, source: str) -> Definition:
    """Makes the experiment that SigOpt's fields describe.

    Args:
        document: The fields of `create_experiment`; a missing name is the file's business.
        source: What to call it in messages.

    Raises:
        UsageError: A field is refused, by SigOpt's rules or because only the SigOpt facade honours
            it. Names the field.
    """
    fields = {"name": "experiment", **document}
    for key in ("parameters", "metrics"):
        if key not in fields:
            raise UsageError(f"{source}: the key {key!r} is missing")
    try:
        kept = definition_from_fields(fields)
    except ApiException as error:
        raise UsageError(f"{source}: {error.message}") from error
    except ValidationError as error:
        raise UsageError(f"{source}: {error}") from error
    for what in _beyond_the_domain(kept):
        raise UsageError(f"{source}: {what} cannot be honoured from here", hint=_HINT)
    experiment = domain_experiment(kept)
    if "name" not in document:
        experiment._name = None
    notes = [
        f"{key} is not kept: {why}"
        for key, why in (
            ("parallel_bandwidth", "as many trials run at once as are asked for"),
            ("metadata", "the experiment has no place for it"),
        )
        if kept[key]
    ]
    return Definition(
        experiment=experiment, budget=kept["budget"] or None, seed=None, notes=tuple(notes)
    )


def _beyond_the_domain(kept: Mapping[str, Any]) -> Iterator[str]:
    """What a definition asks for that arms made without the facade would not honour, in words."""
    if kept["type"] != "offline":
        yield f"type {kept['type']}"
    if kept["conditionals"]:
        yield "conditionals"
    if (kept["num_solutions"] or 1) > 1:
        yield "num_solutions above 1"
    for parameter in kept["parameters"]:
        if parameter["prior"]:
            yield f"the prior of parameter {parameter['name']!r}"
    for metric in with_strategy(kept["metrics"], "optimize"):
        if metric["threshold"] is not None:
            yield f"the threshold of the optimized metric {metric['name']!r}"
    if not with_strategy(kept["metrics"], "optimize"):
        yield "an experiment that only has constraints"
