"""SigOpt's `experiment.yml`, the body of `create_experiment`, as a definition for the command line.

The fields are checked by the rules of `sigopt.create_experiment`, and kept as it keeps them: so
whoever asks gets the arms that the facade would suggest, and the facade sees the trials as runs.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.fault_path import at, path_of
from armwright.generation_options import GENERATION, checked_generation, generation_words
from armwright.persistence.definition import Definition
from armwright.persistence.kept_definition import KEY, check_has_model
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.domain import active_assignments, domain_experiment
from armwright.sigopt.exception import ApiException
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.project import current_project
from armwright.sigopt.suggestion import suggested_run
from armwright.sigopt.validate import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.experiment import Experiment, GeneratorRun

__all__ = ["definition_from_sigopt", "is_sigopt"]

Json = dict[str, Any]

_TYPES = ("double", "int", "categorical")


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
        document: The fields of `create_experiment`, and `generation`, which is ours; a missing name
            is the file's business.
        source: What to call it in messages.

    Raises:
        UsageError: A field is refused by SigOpt's rules. Names the field.
    """
    fields = {"name": "experiment", **document}
    with at(GENERATION):
        said = checked_generation(fields.pop(GENERATION, None), source=source)
    for key in ("parameters", "metrics"):
        if key not in fields:
            raise UsageError(f"{source}: the key {key!r} is missing")
    try:
        kept = definition_from_fields(fields)
        project = current_project()
    except ApiException as error:
        raise UsageError(f"{source}: {error.message}", path=path_of(error)) from error
    except (ValidationError, ValueError) as error:
        raise UsageError(f"{source}: {error}", path=path_of(error)) from error
    check_has_model(kept, said, source=source)
    experiment = domain_experiment(kept)
    if "name" not in document:
        experiment._name = None
    notes: tuple[str, ...] = ()
    if kept["parallel_bandwidth"]:
        notes = ("parallel_bandwidth limits nothing: as many trials run at once as are asked for",)
    moment = int(time.time())
    kept |= {"project": project, "state": "active", "created": moment, "updated": moment}
    return Definition(
        experiment=experiment,
        budget=kept["budget"] or None,
        seed=None,
        generation=said,
        notes=notes,
        rules=(*_rules(kept), *generation_words(said)),
        parts={KEY: kept},
        run=partial(_run, kept),
        shown=partial(active_assignments, kept),
    )


def _run(kept: Json, experiment: Experiment, seed: int, number: int) -> GeneratorRun:
    plan = {"seed": seed, "initial_trials": None}
    try:
        return suggested_run(kept, experiment, plan=plan, number=number, used=())
    except ApiException as error:
        raise UsageError(str(error.message)) from error


def _rules(kept: Json) -> Iterator[str]:
    """What arms are made by, beside the domain's space and objective, in words."""
    if kept["type"] != "offline":
        yield f"type {kept['type']}"
    for parameter in kept["parameters"]:
        name, prior = parameter["name"], parameter["prior"]
        if parameter["conditions"]:
            conditions = (
                f"{key} is {' or '.join(values)}" for key, values in parameter["conditions"].items()
            )
            yield f"{name} is there where {' and '.join(conditions)}"
        if prior:
            words = (f"{key} {value}" for key, value in prior.items() if key != "name")
            yield f"{name} has a {prior['name']} prior: {', '.join(words)}"
    for metric in with_strategy(kept["metrics"], "optimize"):
        if metric["threshold"] is not None:
            sign = "<=" if metric["objective"] == "minimize" else ">="
            yield f"wanted: {metric['name']} {sign} {metric['threshold']}"
    if (kept["num_solutions"] or 1) > 1:
        yield f"{kept['num_solutions']} solutions that lie apart"
