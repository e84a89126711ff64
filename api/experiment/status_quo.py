"""Which arms are the status quo: those with its values of the parameters that there are."""

from collections.abc import Mapping
from typing import Any

__all__ = ["is_status_quo"]


def is_status_quo(parameters: Mapping[str, Any], status_quo: Mapping[str, Any] | None) -> bool:
    """Whether an arm has the values of the status quo.

    The status quo has one of each parameter of the search space. An arm may be older, and have
    values besides of parameters that were taken away since; these are not compared.

    Args:
        parameters: Of the arm, with values for parameters that came after it.
        status_quo: Its parameters; None where there is none, which no arm is.
    """
    return status_quo is not None and all(
        name in parameters and parameters[name] == value for name, value in status_quo.items()
    )
