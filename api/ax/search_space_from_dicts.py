"""A search space from the dicts and texts that `optimize`, the loop and `AxClient` take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.experiment import SearchSpace
from armwright.experiment.constraint_text import parameter_constraint_from_text
from armwright.experiment.parameter_dict import parameter_from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["search_space_from_dicts"]


def search_space_from_dicts(
    parameters: Sequence[Mapping[str, Any]], constraints: Sequence[str] | None = None
) -> SearchSpace:
    """Makes a search space.

    Args:
        parameters: Dicts, see `armwright.experiment.parameter_dict`.
        constraints: Texts such as "x1 + x2 <= 3".

    Raises:
        AssertionError: A dict has a value of the wrong kind, a text names an unknown parameter.
        KeyError: A dict lacks a key.
        ValueError: The parameters' or constraints' own rules refuse them.
    """
    made = [parameter_from_dict(spec) for spec in parameters]
    by_name = {parameter.name: parameter for parameter in made}
    return SearchSpace(
        parameters=made,
        parameter_constraints=[
            parameter_constraint_from_text(text, by_name) for text in constraints or ()
        ],
    )
