"""By what a list of observations may be sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["sorting"]

_OF_AGE = ("created", "id")
_OF_METRICS = ("value", "value_stddev")


def sorting(word: str | None) -> Callable[[Mapping[str, Any]], Any] | None:
    """What sorts observations' documents; None for their age.

    Args:
        word: id, value or value_stddev (of the first metric), value-<metric>,
            value_stddev-<metric> or parameter-<parameter>.

    Raises:
        ApiException: It is none of these. Status 400.
    """
    if word is None or word in _OF_AGE:
        return None
    field, _, name = word.partition("-")
    if field == "parameter" and name:
        return lambda item: item["assignments"].get(name)
    if field not in _OF_METRICS:
        raise refused(f"observations are sorted by id, value or parameter-NAME, got {word!r}")

    def measured(item: Mapping[str, Any]) -> Any:
        for value in item["values"] or ():
            if name in ("", value["name"]):
                return value[field]
        return None

    return measured
