"""The hyperparameters that the record of an arm holds: those of the model that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.persistence.facts import is_readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.store import TrialFacts

__all__ = ["newest_fits", "recorded_fits"]

Fits = dict[str, Any]


def recorded_fits(facts: TrialFacts, metric: str | None) -> tuple[Fits, int]:
    """Hyperparameters by metric in a trial's record, and of how many results; mostly none.

    Args:
        facts: Of a trial whose document is readable.
        metric: Whose they are where the record names none, as those of one outcome do.
    """
    made = (facts.arm or {}).get("trial") or {}
    runs = [made.get("generator_run") or {}]
    runs += [item["generator_run"] for item in made.get("generator_run_structs") or ()]
    for run in runs:
        record = run.get("gen_metadata") or {}
        fits = record.get("fits")
        if not fits and record.get("hyperparameters") and metric is not None:
            fits = {metric: record["hyperparameters"]}
        if fits:
            return dict(fits), int(record.get("observations") or 0)
    return {}, 0


def newest_fits(trials: Mapping[int, TrialFacts], metric: str | None) -> tuple[Fits, int]:
    """Those of the newest arm that has some; none where no model made one."""
    for number in sorted(trials, reverse=True):
        if is_readable(trials[number]):
            fits, observations = recorded_fits(trials[number], metric)
            if fits:
                return fits, observations
    return {}, 0
