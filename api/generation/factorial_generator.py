"""All combinations of the values of discrete parameters."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, final

from armwright.experiment import ChoiceParameter, ParameterType
from armwright.optimizer import lattice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from armwright.generation.encoding import Encoding

__all__ = ["FactorialGenerator"]

logger = logging.getLogger(__name__)


@final
class FactorialGenerator:
    """A full factorial design.

    Attributes:
        max_cardinality: Most combinations it makes.
        check_cardinality: Whether to refuse more than that.
    """

    def __init__(self, max_cardinality: int = 100, check_cardinality: bool = True) -> None:
        self.max_cardinality, self.check_cardinality = max_cardinality, check_cardinality

    def gen(
        self,
        n: int,
        encoding: Encoding,
        known: NDArray[np.float64],  # noqa: ARG002 - a design is made whole or not at all
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Makes the design, in the order of the parameters' values, the last one changing fastest.

        Args:
            n: -1; any other number is ignored, and a warning logged.
            encoding: The search space.
            known: Not looked at.

        Raises:
            ValueError: A parameter is a range of floats, there are too many combinations, or no
                combination keeps the linear constraints.
        """
        for parameter in encoding.parameters:
            if (
                not isinstance(parameter, ChoiceParameter)
                and parameter.parameter_type is not ParameterType.INT
            ):
                raise ValueError(
                    "a factorial design needs parameters with few values (choice, fixed, or a "
                    f"range of integers), got {parameter}"
                )
        size = encoding.problem.size or 0
        if self.check_cardinality and size > self.max_cardinality:
            raise ValueError(
                f"the factorial design has {size} combinations, more than max_cardinality="
                f"{self.max_cardinality}; give a larger one, or check_cardinality=False"
            )
        rows = lattice(encoding.problem, limit=size)
        if rows is None or not len(rows):
            raise ValueError("no combination of the values keeps the linear constraints")
        if n not in (-1, len(rows)):
            logger.warning("a factorial design has %d arms whatever n is, got n=%d", len(rows), n)
        return rows, {}
