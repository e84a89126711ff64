"""The status quo of an experiment file: the parameters that relative bounds are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.experiment import Arm, FixedParameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Parameter, SearchSpace

__all__ = ["STATUS_QUO_KEY", "status_quo_from_dict"]

STATUS_QUO_KEY = "status_quo"


def status_quo_from_dict(
    given: Mapping[str, Any] | None, space: SearchSpace, *, source: str
) -> Arm | None:
    """The arm that a table of parameters describes; None where there is no table.

    Args:
        given: A value of each parameter; fixed ones may be left out.
        space: Has the parameters.
        source: What to call the file in messages.

    Raises:
        UsageError: A parameter is unknown or missing, or cannot have its value. Names it.
    """
    if given is None:
        return None
    begin = f"{source}: {STATUS_QUO_KEY}"
    for name in given:
        if name not in space.parameters:
            raise UsageError(
                f"{begin}: unknown parameter {name!r}; the parameters are "
                f"{', '.join(space.parameters)}",
                path=(name,),
            )
    values = {name: _value(parameter, given, begin) for name, parameter in space.parameters.items()}
    try:
        space.check_membership(values, raise_error=True)
    except ValueError as error:
        raise UsageError(f"{begin}: {error}") from error
    return Arm(values)


def _value(parameter: Parameter, given: Mapping[str, Any], begin: str) -> Any:
    name = parameter.name
    if name not in given:
        if isinstance(parameter, FixedParameter):
            return parameter.value
        raise UsageError(
            f"{begin}: no value of {name!r}",
            hint="the status quo is run like any arm, and has a value of each parameter",
        )
    value = given[name]
    if isinstance(value, bool) != (parameter.python_type is bool) or not parameter.validate(value):
        raise UsageError(f"{begin}.{name} should be of {parameter}, got {value!r}", path=(name,))
    return parameter.cast(value)
