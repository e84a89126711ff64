"""What the metrics of an experiment may say, one by one and together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.fault_path import at
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, distinct, known_keys, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["checked_metrics", "with_strategy"]

Json = dict[str, Any]

_KEYS = ("name", "objective", "strategy", "threshold")
_MOST, _MOST_OPTIMIZED, _MOST_CONSTRAINTS = 50, 2, 4


def with_strategy(metrics: Iterable[Json], strategy: str) -> list[Json]:
    """The metrics that are there for this."""
    return [metric for metric in metrics if metric["strategy"] == strategy]


def checked_metrics(given: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Metrics as they are kept, sorted by name.

    Raises:
        ApiException: They cannot be; says why. Status 400.
    """
    found = [_metric_at(place, item) for place, item in enumerate(given)]
    places = {metric["name"]: place for place, metric in enumerate(found)}
    kept = sorted(found, key=lambda metric: str(metric["name"]))
    distinct([metric["name"] for metric in kept], "the names of metrics")
    optimized, bounded = with_strategy(kept, "optimize"), with_strategy(kept, "constraint")
    for what, count, most in (
        ("metrics", len(kept), _MOST),
        ("optimized metrics", len(optimized), _MOST_OPTIMIZED),
        ("constraint metrics", len(bounded), _MOST_CONSTRAINTS),
    ):
        if count > most:
            raise refused(f"an experiment has at most {most} {what}, got {count}")
    if not optimized and not bounded:
        raise refused("an experiment needs a metric to optimize or to constrain, got none")
    for metric in kept:
        with at("metrics", places[metric["name"]], "threshold"):
            _check_threshold(metric, len(optimized))
    return kept


def _metric_at(place: int, given: Mapping[str, Any]) -> Json:
    with at("metrics", place):
        return _metric(given)


def _metric(given: Mapping[str, Any]) -> Json:
    known_keys(given, _KEYS, "a metric")
    with at("name"):
        name = checked_name(given.get("name"), "the name of a metric")
    kept = {
        "name": name,
        "objective": "maximize" if given.get("objective") is None else given["objective"],
        "strategy": "optimize" if given.get("strategy") is None else given["strategy"],
        "threshold": given.get("threshold"),
    }
    for key, known in (
        ("objective", ("maximize", "minimize")),
        ("strategy", ("optimize", "store", "constraint")),
    ):
        if kept[key] not in known:
            with at(key):
                words = f"{' or '.join(known)}, got {kept[key]}"
                raise refused(f"metric {name!r}: {key} should be {words}")
    if kept["threshold"] is not None:
        with at("threshold"):
            number_of(kept["threshold"], f"metric {name!r}: threshold")
    return kept


def _check_threshold(metric: Json, optimized: int) -> None:
    name, strategy, threshold = metric["name"], metric["strategy"], metric["threshold"]
    if strategy == "constraint" and threshold is None:
        raise refused(f"metric {name!r}: a constraint needs a threshold, got none")
    if strategy == "store" and threshold is not None:
        raise refused(f"metric {name!r}: a stored metric has no threshold, got {threshold}")
    if strategy == "optimize" and threshold is not None and optimized < 2:
        raise refused(
            f"metric {name!r}: a threshold is for constraints and for two optimized metrics, "
            f"got {threshold} on the only optimized one"
        )
