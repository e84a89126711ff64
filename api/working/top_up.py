"""How a worker helps to keep the stock, where many share an experiment and nobody else does.

A process of its own makes the trials, so that the worker loads no model and a GPU stays with the
command. With few workers nothing is made ahead: the result that is just coming in is worth more.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING, final

from armwright.persistence.facts import retried_trials

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.store import ExperimentFolder

__all__ = ["TopUp", "shortage"]

_FEW = 4  # running trials below which nothing is made ahead
_MOST = 64  # trials that wait at most
_EVERY_S = 10.0


def shortage(*, running: int, waiting: int) -> int:
    """How many trials should wait, if too few do; else 0.

    Half of what is wanted is enough not to begin: a keeper that lives does better than that.
    """
    wanted = min(running, _MOST)
    return wanted if running >= _FEW and 2 * waiting < wanted else 0


@final
class TopUp:
    """Starts `armwright stock` now and then, one at a time.

    Args:
        url: Of the experiment.
        clock: This process's own clock, in seconds.
        chance: Draws from [0, 1).
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._url, self._clock, self._chance = url, clock, chance
        self._maker: subprocess.Popen[bytes] | None = None
        self._next = -float("inf")

    def consider(self, folder: ExperimentFolder, *, ours: int) -> bool:
        """Tops the stock up if it is low and it is this worker's turn; whether it is.

        Every worker comes to the same conclusion; by chance, about one of them acts on it.

        Args:
            folder: Of the experiment; what is known of it decides.
            ours: How many of the running trials are this worker's.
        """
        if self._maker is not None and self._maker.poll() is None:
            return False
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + _EVERY_S
        state = folder.state
        running = state.counts.get("running", 0)
        waiting = sum(1 for _ in retried_trials(state))
        target = shortage(running=running, waiting=waiting)
        if not target or self._chance() >= ours / running:
            return False
        self._maker = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", "armwright.cli", "stock", self._url, "--target", str(target)],
            env={**os.environ, "JAX_PLATFORMS": "cpu"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return True

    def stop(self) -> None:
        """Ends the process, if one is under way; what it made stays."""
        if self._maker is not None:
            if self._maker.poll() is None:
                self._maker.terminate()
            self._maker.wait()
