"""Which parameters an order or sum constraint can hold."""

from collections.abc import Sequence

from armwright.experiment.parameter import Parameter
from armwright.experiment.range_parameter import RangeParameter

__all__ = ["check_constrained"]


def check_constrained(parameters: Sequence[Parameter]) -> None:
    """Raises a ValueError unless all are different range parameters on a linear scale."""
    seen: set[str] = set()
    for parameter in parameters:
        if parameter.name in seen:
            raise ValueError(f"parameter {parameter.name!r}: comes twice in one constraint")
        seen.add(parameter.name)
        if not isinstance(parameter, RangeParameter):
            raise ValueError(
                f"parameter {parameter.name!r}: a constraint needs range parameters, "
                f"got {parameter!r}"
            )
        if parameter.log_scale:
            raise ValueError(
                f"parameter {parameter.name!r}: a constraint needs parameters on a linear scale, "
                f"got {parameter!r}"
            )
