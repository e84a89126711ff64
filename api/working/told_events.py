"""Tells callbacks what happens in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.callbacks.aims import aims_of
from armwright.callbacks.telling import Teller
from armwright.persistence.told_loop import take_in_completed, tell_attempt
from armwright.working.events import Event, TrialEnded, TrialStarted, WorkDone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from armwright.persistence import StoredExperiment

__all__ = ["told_events"]


def told_events(
    report: Callable[[Event], None], stored: StoredExperiment, callbacks: Iterable[Any]
) -> Callable[[Event], None]:
    """What reports an event, and then tells callbacks of it; `report` itself where there are none.

    Raises:
        UsageError: A callback is none.
    """
    teller = Teller(callbacks, experiment=stored.name, aims=aims_of(stored.optimization_config))
    if not teller.callbacks:
        return report

    def told(event: Event) -> None:
        report(event)
        if isinstance(event, TrialStarted):
            take_in_completed(teller, stored)
            (arm,) = (stored.trials[event.trial].arm or {})["arms"]
            teller.started(event.trial, {arm["name"]: event.parameters}, attempt=event.attempt)
        elif isinstance(event, TrialEnded):
            tell_attempt(teller, stored, event.trial, event.attempt)
        elif isinstance(event, WorkDone):
            teller.close()

    return told
