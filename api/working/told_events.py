"""Tells callbacks what happens in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.persistence.told_loop import take_in_completed, tell_attempt
from armwright.working.events import Event, TrialEnded, TrialStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.callbacks.telling import Teller
    from armwright.persistence import StoredExperiment

__all__ = ["told_events"]


def told_events(
    report: Callable[[Event], None], stored: StoredExperiment, teller: Teller
) -> Callable[[Event], None]:
    """What reports an event, and then tells callbacks of it; `report` itself where there are none.

    Args:
        report: Called first.
        stored: The experiment.
        teller: Of the callbacks; whoever made it closes it.
    """
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

    return told
