"""A trial that is only tried out, to make its document."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.experiment import Experiment, Trial

__all__ = ["drafted"]


@contextmanager
def drafted(experiment: Experiment, number: int) -> Iterator[Trial]:
    """A new trial of a free number, for as long as the block lasts."""
    trial = experiment.new_trial()
    del experiment._trials[trial.index]
    trial._index = number
    try:
        yield trial
    finally:
        registry = experiment._arms
        for arm in trial.arms:
            if registry.by_signature.get(arm.signature) is arm:
                registry.remove(arm)
