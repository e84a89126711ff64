"""What the core API hands out: experiments, suggestions, observations and what goes with them."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, final

from armwright.sigopt.api_object import ApiObject, DictObject, Fields, as_is, list_of
from armwright.sigopt.parts import (
    Assignments,
    Conditional,
    LinearConstraint,
    Metadata,
    Metric,
    MetricEvaluation,
    Parameter,
)

__all__ = [
    "BestAssignments",
    "Client",
    "Experiment",
    "Importances",
    "ImportancesMap",
    "MetricImportances",
    "Observation",
    "Organization",
    "Progress",
    "QueuedSuggestion",
    "Session",
    "StoppingCriteria",
    "Suggestion",
    "Task",
    "Token",
    "User",
]


def _going(name: str, instead: str = "") -> None:
    text = f"{name} is deprecated{instead and f': {instead}'}"
    warnings.warn(text, DeprecationWarning, stacklevel=3)


@final
class Task(ApiObject):
    """A way to measure, and its cost as a share of the dearest one's."""

    FIELDS: ClassVar[Fields] = {"name": as_is, "cost": as_is}


@final
class Suggestion(ApiObject):
    """What to try."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "assignments": Assignments,
        "created": as_is,
        "experiment": as_is,
        "metadata": Metadata,
        "state": as_is,
        "task": Task,
    }


@final
class QueuedSuggestion(ApiObject):
    """What the next suggestion is to be."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "assignments": Assignments,
        "created": as_is,
        "experiment": as_is,
        "task": Task,
    }


@final
class Observation(ApiObject):
    """What was measured, or that it failed."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "assignments": Assignments,
        "created": as_is,
        "experiment": as_is,
        "failed": as_is,
        "metadata": Metadata,
        "suggestion": as_is,
        "task": Task,
        "value": float,
        "value_stddev": float,
        "values": list_of(MetricEvaluation),
    }


@final
class BestAssignments(ApiObject):
    """The best that was observed."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "assignments": Assignments,
        "value": float,
        "value_stddev": float,
        "values": list_of(MetricEvaluation),
    }


@final
class Progress(ApiObject):
    """How far an experiment is: by observations, or by runs."""

    FIELDS: ClassVar[Fields] = {
        "best_observation": Observation,
        "first_observation": Observation,
        "last_observation": Observation,
        "observation_count": as_is,
        "observation_budget_consumed": as_is,
        "active_run_count": as_is,
        "finished_run_count": as_is,
        "total_run_count": as_is,
        "remaining_budget": as_is,
    }

    def __getattr__(self, name: str) -> Any:
        if name == "best_observation":
            _going(name, "ask best_assignments()")
        return super().__getattr__(name)

    def __repr__(self) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return super().__repr__()


@final
class Experiment(ApiObject):
    """An experiment of the core API, as it was when it was fetched."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "type": as_is,
        "project": as_is,
        "client": as_is,
        "user": as_is,
        "state": as_is,
        "created": as_is,
        "updated": as_is,
        "development": as_is,
        "budget": as_is,
        "observation_budget": as_is,
        "parallel_bandwidth": as_is,
        "num_solutions": as_is,
        "metadata": Metadata,
        "metric": Metric,
        "metrics": list_of(Metric),
        "parameters": list_of(Parameter),
        "conditionals": list_of(Conditional),
        "linear_constraints": list_of(LinearConstraint),
        "tasks": list_of(Task),
        "training_monitor": as_is,
        "can_be_deleted": as_is,
        "progress": Progress,
    }

    def __getattr__(self, name: str) -> Any:
        if name in ("metric", "can_be_deleted"):
            _going(name, "ask metrics" if name == "metric" else "")
        return super().__getattr__(name)

    def __repr__(self) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return super().__repr__()


@final
class StoppingCriteria(ApiObject):
    """Whether to go on, and why not."""

    FIELDS: ClassVar[Fields] = {"should_stop": as_is, "reasons": list_of(str)}


@final
class ImportancesMap(DictObject):
    """How much each parameter matters, from 0 to 1."""


@final
class Importances(ApiObject):
    """How much each parameter matters to the first metric."""

    FIELDS: ClassVar[Fields] = {"importances": ImportancesMap}


@final
class MetricImportances(ApiObject):
    """How much each parameter matters to a metric."""

    FIELDS: ClassVar[Fields] = {"importances": ImportancesMap, "metric": as_is}


@final
class Client(ApiObject):
    """Whom experiments belong to."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "created": as_is,
        "organization": as_is,
    }


@final
class Organization(ApiObject):
    """Whom clients belong to."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "created": as_is,
        "deleted": as_is,
    }


@final
class User(ApiObject):
    """A person."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "email": as_is,
        "created": as_is,
        "deleted": as_is,
    }


@final
class Token(ApiObject):
    """Who asks; a store needs no token, so it says only where it is valid."""

    FIELDS: ClassVar[Fields] = {
        "all_experiments": as_is,
        "client": as_is,
        "development": as_is,
        "experiment": as_is,
        "expires": as_is,
        "permissions": as_is,
        "token": as_is,
        "token_type": as_is,
        "user": as_is,
    }

    def __getattr__(self, name: str) -> Any:
        if name == "permissions":
            _going(name)
        return super().__getattr__(name)

    def __repr__(self) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return super().__repr__()


@final
class Session(ApiObject):
    """Somebody who has come in."""

    FIELDS: ClassVar[Fields] = {"api_token": Token, "client": Client, "user": User}
