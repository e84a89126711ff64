"""The keys that an edit knows, and the error about one that it does not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.generation_options import GENERATION, GENERATION_KEYS

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["AIM_KEYS", "KEYS", "MODEL_KEYS", "unknown_key"]

KEYS = (
    *("budget", "description", "objective", "objectives", "outcome_constraints"),
    *("parameter_constraints", "tracking_metrics"),
)
AIM_KEYS = ("objective.metric", "objective.minimize")
MODEL_KEYS = tuple(f"{GENERATION}.{key}" for key in GENERATION_KEYS)
_OF_A_PARAMETER = ("bounds", "values", "value", "log_scale", "digits")


def unknown_key(key: str, parameters: Collection[str]) -> UsageError:
    """The error about a key that is none, to be raised; names the nearest one.

    Args:
        key: As it was given.
        parameters: The names of those there are.
    """
    of_parameters = [f"{name}.{part}" for name in parameters for part in _OF_A_PARAMETER]
    known = (*KEYS, *AIM_KEYS, *MODEL_KEYS)
    near = difflib.get_close_matches(key, [*known, *parameters, *of_parameters], n=1)
    first = next(iter(parameters), "NAME")
    return UsageError(
        f"unknown key {key!r}{f'; did you mean {near[0]}?' if near else ''}",
        hint=f"the keys are {', '.join(known)}, and of the parameters "
        f"{', '.join(parameters)} such as {first}.bounds; a new parameter needs its type: "
        "NAME.type=range NAME.bounds=[0.0,1.0] NAME.was=0.5",
    )
