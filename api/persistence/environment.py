"""A trial as environment variables, the same names for shells and for a worker's command."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.persistence.asked_trials import AskedTrial

__all__ = ["environment_lines", "parameter_variables"]

_PREFIX = "ARMWRIGHT_PARAM_"


def parameter_variables(parameters: Mapping[str, Any]) -> dict[str, str]:
    """An arm as variables: ARMWRIGHT_PARAM_ and the name, with _ for what no shell reads.

    Truth values are true and false, as in JSON.

    Raises:
        UsageError: Two names come to the same variable.
    """
    found: dict[str, str] = {}
    for name, value in parameters.items():
        variable = _PREFIX + re.sub(r"[^A-Za-z0-9_]", "_", name)
        if variable in found:
            raise UsageError(
                f"two parameters come to the variable {variable}, one of them is {name!r}",
                hint="read ARMWRIGHT_PARAMETERS, which holds all of them as JSON",
            )
        found[variable] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def environment_lines(trial: AskedTrial, url: str) -> Iterator[str]:
    """Lines for a shell to evaluate, which export all that a trial is.

    Raises:
        UsageError: Two parameters come to the same variable.
    """
    variables = {
        "ARMWRIGHT_EXPERIMENT": url,
        "ARMWRIGHT_TRIAL": str(trial.number),
        "ARMWRIGHT_ATTEMPT": str(trial.attempt),
        "ARMWRIGHT_ARM": trial.arm.name,
        "ARMWRIGHT_PARAMETERS": json.dumps(dict(trial.parameters)),
        **parameter_variables(trial.parameters),
    }
    for name, value in variables.items():
        yield f"export {name}={shlex.quote(value)}"
