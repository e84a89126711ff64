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
    """A new trial of a number above all others, for as long as the block lasts."""
    free = experiment._first_free_index
    experiment._first_free_index = number
    trial = experiment.new_trial()
    try:
        yield trial
    finally:
        experiment._first_free_index = free
        del experiment._trials[trial.index]
        registry = experiment._arms
        for arm in trial.arms:
            if registry.by_signature.get(arm.signature) is arm:
                registry.remove(arm)
