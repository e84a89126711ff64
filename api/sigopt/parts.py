"""What experiments and runs are made of, as attributes over JSON objects; see `ApiObject`."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, final

from armwright.sigopt.api_object import (
    ApiObject,
    DictObject,
    Fields,
    as_is,
    list_of,
)

__all__ = [
    "Assignments",
    "Bounds",
    "CategoricalValue",
    "Checkpoint",
    "Conditional",
    "Conditions",
    "ConstraintTerm",
    "LinearConstraint",
    "Metadata",
    "Metric",
    "MetricEvaluation",
    "Model",
    "Parameter",
    "ParameterPrior",
    "Project",
    "RunsProgress",
    "SourceCode",
    "StoppingReasons",
    "SysMetadata",
    "evaluations",
]


@final
class Metadata(DictObject):
    """What users note about an experiment or a run."""


@final
class SysMetadata(DictObject):
    """What integrations note about a run."""


@final
class StoppingReasons(DictObject):
    """Why a run might have stopped at a checkpoint."""


@final
class Assignments(DictObject):
    """The value of each parameter of a run."""


@final
class Conditions(DictObject):
    """The values of conditionals under which a parameter is there."""


@final
class Bounds(ApiObject):
    """The ends of a range, both included."""

    FIELDS: ClassVar[Fields] = {"min": float, "max": float}


@final
class CategoricalValue(ApiObject):
    """One category; `enum_index` counts from 1 and stays with the name."""

    FIELDS: ClassVar[Fields] = {"name": as_is, "enum_index": as_is}


@final
class ParameterPrior(ApiObject):
    """Where good values are believed to be."""

    FIELDS: ClassVar[Fields] = {
        "name": as_is,
        "mean": as_is,
        "scale": as_is,
        "shape_a": as_is,
        "shape_b": as_is,
    }


@final
class Parameter(ApiObject):
    """A parameter of an experiment."""

    FIELDS: ClassVar[Fields] = {
        "name": as_is,
        "type": as_is,
        "bounds": Bounds,
        "categorical_values": list_of(CategoricalValue),
        "conditions": Conditions,
        "default_value": as_is,
        "grid": as_is,
        "precision": as_is,
        "prior": ParameterPrior,
        "transformation": as_is,
        "tunable": as_is,
    }

    def __getattr__(self, name: str) -> Any:
        if name == "tunable":
            warnings.warn("tunable is deprecated", DeprecationWarning, stacklevel=2)
        return super().__getattr__(name)

    def __repr__(self) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return super().__repr__()


@final
class Metric(ApiObject):
    """A metric of an experiment."""

    FIELDS: ClassVar[Fields] = {
        "name": as_is,
        "objective": as_is,
        "strategy": as_is,
        "threshold": as_is,
    }


@final
class Conditional(ApiObject):
    """A choice that decides which parameters are there."""

    FIELDS: ClassVar[Fields] = {"name": as_is, "values": as_is}


@final
class ConstraintTerm(ApiObject):
    """A parameter and its weight."""

    FIELDS: ClassVar[Fields] = {"name": as_is, "weight": as_is}


@final
class LinearConstraint(ApiObject):
    """A weighted sum of parameters that is at most, or at least, a threshold."""

    FIELDS: ClassVar[Fields] = {"type": as_is, "threshold": as_is, "terms": list_of(ConstraintTerm)}


@final
class RunsProgress(ApiObject):
    """How many runs there are, and how many are left."""

    FIELDS: ClassVar[Fields] = {
        "active_run_count": as_is,
        "finished_run_count": as_is,
        "total_run_count": as_is,
        "remaining_budget": as_is,
    }


@final
class MetricEvaluation(ApiObject):
    """What a run measured of a metric."""

    FIELDS: ClassVar[Fields] = {"name": as_is, "value": float, "value_stddev": float}


def evaluations(values: Any) -> Any:
    """What was measured, wrapped: a list, or a mapping by the names of metrics."""
    if isinstance(values, dict):
        return {name: MetricEvaluation(item) for name, item in values.items()}
    return [MetricEvaluation(item) for item in values]


@final
class Model(ApiObject):
    """What a run trained."""

    FIELDS: ClassVar[Fields] = {"type": as_is}


@final
class SourceCode(ApiObject):
    """What a run executed."""

    FIELDS: ClassVar[Fields] = {"content": as_is, "hash": as_is}


@final
class Checkpoint(ApiObject):
    """What a run measured on its way."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "created": as_is,
        "metadata": Metadata,
        "should_stop": as_is,
        "stopping_reasons": StoppingReasons,
        "training_run": as_is,
        "values": evaluations,
    }


@final
class Project(ApiObject):
    """A project."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "client": as_is,
        "user": as_is,
        "created": as_is,
        "updated": as_is,
        "metadata": Metadata,
    }
