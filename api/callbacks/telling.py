"""Tells callbacks what happens, and finds out which trial is the best so far."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, Self, final

from armwright.callbacks.best_so_far import BestSoFar, Measured
from armwright.callbacks.callback import checked_callbacks
from armwright.callbacks.events import NewIncumbent, TrialEnd, TrialStart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from armwright.callbacks.aims import Aims
    from armwright.callbacks.progress_line import ProgressLine

__all__ = ["Teller"]

_UNKNOWN = object()
logger = logging.getLogger("armwright.callbacks")

_METHODS = {
    TrialStart: "on_trial_start",
    TrialEnd: "on_trial_end",
    NewIncumbent: "on_new_incumbent",
}


@final
class Teller:
    """Tells callbacks what happens in a run of one experiment.

    As a context manager it closes the callbacks at the end. A callback's exception is logged with
    its traceback, by the logger `armwright.callbacks`; the others are told all the same.

    Args:
        callbacks: Who is told; see `Callback`.
        experiment: Its name.
        aims: Say what is best.

    Attributes:
        line: Shows how far the run is; None where nothing does.

    Raises:
        UsageError: A callback is none.
    """

    def __init__(
        self,
        callbacks: Iterable[Any],
        *,
        experiment: str,
        aims: Aims,
    ) -> None:
        self.callbacks = checked_callbacks(callbacks)
        self._experiment = experiment
        self._aims = aims
        self._best = BestSoFar(aims)
        self._known: dict[int, Any] = {}  # trial to what its results were taken from
        self.line: ProgressLine | None = None
        self._running: dict[tuple[int, int], Mapping[str, Mapping[str, Any]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave("" if kind in (None, GeneratorExit) else kind.__name__)
        self.close()

    def knows(self, trial: int, source: Any = None) -> bool:
        """Whether a trial has been taken into account.

        Args:
            trial: Its number.
            source: What its results are taken from now: has it been from this very object, or an
                equal one? None for from whatever.
        """
        if trial not in self._known or source is None:
            return trial in self._known
        known = self._known[trial]
        return known is source or bool(known is not None and known == source)

    def take_in(
        self,
        trial: int,
        arms: Mapping[str, Mapping[str, Any]],
        results: Mapping[str, Mapping[str, tuple[float, float]]],
        *,
        source: Any = None,
    ) -> None:
        """Takes a trial into account that had ended before, or that others ran; tells nobody.

        Of one that is known already its results are these from now on.

        Args:
            trial: Its number.
            arms: For each arm its parameters.
            results: For each arm what it measured.
            source: What the results were taken from; see `knows`.
        """
        self._known[trial] = source
        self._best.replace(trial, _measured(trial, arms, results))

    def forget(self, trial: int) -> None:
        """Takes a trial into account no longer: it was put aside, or does not count any more."""
        if self._known.pop(trial, _UNKNOWN) is not _UNKNOWN:
            self._best.replace(trial, ())

    def started(
        self, trial: int, arms: Mapping[str, Mapping[str, Any]], *, attempt: int = 1
    ) -> None:
        """Tells that a trial begins."""
        self._running[trial, attempt] = arms
        self._show()
        self._tell(TrialStart(experiment=self._experiment, trial=trial, attempt=attempt, arms=arms))

    def ended(
        self,
        trial: int,
        arms: Mapping[str, Mapping[str, Any]],
        *,
        state: str,
        reason: str = "",
        attempt: int = 1,
        results: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
        counts: bool = True,
    ) -> None:
        """Tells that a trial has ended, and of each of its arms that is the best by then.

        Args:
            trial: Its number.
            arms: For each arm its parameters.
            state: How it ended.
            reason: Why, where that is said.
            attempt: Which attempt at it.
            results: For each arm what it measured.
            counts: Whether it may be the best: not one that was put aside already.
        """
        found = results or {}
        self._running.pop((trial, attempt), None)
        self._tell(
            TrialEnd(
                experiment=self._experiment,
                trial=trial,
                attempt=attempt,
                state=state,
                reason=reason,
                arms=arms,
                results=found,
            )
        )
        if counts:
            self._known[trial] = None
        for item in _measured(trial, arms, found) if counts and state == "completed" else ():
            front = self._best.front if len(self._aims.objectives) == 1 else []
            before = self._best.scores(front[0]) if front else {}
            for best in self._best.take_in(item):
                self._tell(
                    NewIncumbent(
                        experiment=self._experiment,
                        trial=best.trial,
                        arm=best.arm,
                        parameters=best.parameters,
                        values=self._best.scores(best),
                        before=before,
                    )
                )
        self._show()

    def leave(self, reason: str = "") -> None:
        """Tells of the trials that have begun and not ended that they are left as they are.

        Args:
            reason: What made this process leave them, such as the name of an exception.
        """
        for (trial, attempt), arms in [*self._running.items()]:
            self.ended(trial, arms, state="left", reason=reason, attempt=attempt)

    def close(self) -> None:
        """Tells that the run is over."""
        if self.line is not None:
            with contextlib.suppress(OSError):  # the terminal has gone
                self.line.close()
        for callback in self.callbacks:
            close = getattr(callback, "close", None)
            if callable(close):
                try:
                    close()
                except Exception:
                    logger.exception("callback %s failed when it was closed", _name(callback))

    def _tell(self, event: TrialStart | TrialEnd | NewIncumbent) -> None:
        method = _METHODS[type(event)]
        for callback in self.callbacks:
            told = getattr(callback, method, None)
            if not callable(told):
                continue
            try:
                told(event)
            except Exception:
                logger.exception(
                    "callback %s failed in %s of trial %d; the trial and the run go on",
                    _name(callback),
                    method,
                    event.trial,
                )

    def _show(self) -> None:
        if self.line is None:
            return
        try:
            self.line.show(running=len(self._running), best=self._best_in_brief())
        except OSError as error:  # the terminal has gone, not the run
            logger.warning("progress is shown no longer: %s", error)
            line, self.line = self.line, None
            with contextlib.suppress(OSError):
                line.close()

    def _best_in_brief(self) -> str:
        """What is best so far, for the line."""
        front = self._best.front
        if not front:
            return ""
        if len(self._aims.objectives) > 1:
            return f"trade-offs: {len(front)}"
        ((name, value),) = self._best.scores(front[0]).items()
        return f"{name} {value:.5g} in trial {front[0].trial}"


def _measured(
    trial: int,
    arms: Mapping[str, Mapping[str, Any]],
    results: Mapping[str, Mapping[str, tuple[float, float]]],
) -> list[Measured]:
    return [
        Measured(trial=trial, arm=name, parameters=arms.get(name, {}), values=values)
        for name, values in results.items()
    ]


def _name(callback: Any) -> str:
    return type(callback).__name__
