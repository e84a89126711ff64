"""What commands measure, from what they leave to what is written of their trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from armwright.errors import StoreError, TrialEndedError, UsageError
from armwright.persistence.kept_definition import needed_metrics
from armwright.working.events import Remark, TrialEnded, TrialStep
from armwright.working.telling import tell_end
from armwright.working.verdict import Verdict, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.persistence import StoredExperiment
    from armwright.persistence.asked_trials import EndedTrial
    from armwright.store import ExperimentFolder
    from armwright.working.options import WorkerOptions
    from armwright.working.run_in_slot import RunInSlot

__all__ = ["Results"]


@final
class Results:
    """Reads and tells the results of one worker's commands.

    Args:
        folder: Of the experiment.
        stored: The same.
        options: How the worker works.
    """

    def __init__(
        self, folder: ExperimentFolder, stored: StoredExperiment, options: WorkerOptions
    ) -> None:
        self._folder, self._stored, self._options = folder, stored, options
        self._patient = True  # until the file system has not answered for a minute
        self._metrics: tuple[int, list[str], list[str]] = (0, [], [])  # of a configuration

    def steps(self, run: RunInSlot, *, at_end: bool = False) -> Iterator[TrialStep | Remark]:
        """Tells how far a command is, as far as it has printed it since the last look.

        Args:
            run: What is under way.
            at_end: Whether its command has ended.
        """
        names, _ = self._metric_names()
        number, attempt = run.trial.number, run.trial.attempt
        for item in run.steps.new(names, at_end=at_end):
            try:
                self._stored.report(number, dict(item.values), step=item.step, attempt=attempt)
            except TrialEndedError:  # who ended it is found out elsewhere
                return
            except StoreError as error:
                if not error.retryable:
                    raise
                yield Remark(text=f"trial {number}: a step was not told: {error.message}")
                return
            yield TrialStep(
                trial=number, attempt=attempt, slot=run.slot, step=item.step, values=item.values
            )

    def end(self, run: RunInSlot, code: int) -> TrialEnded:
        """Reads what a command left, and tells how its trial ended.

        Args:
            run: What has ended.
            code: The command's exit code; negative for the signal that ended it.
        """
        facts = self._folder.state.trials[run.trial.number]
        ends = [attempt.end or {} for attempt in facts.attempts.values()]
        metrics, needed = self._metric_names()
        verdict = judged(
            code,
            run.folder,
            metrics=metrics,
            needed=needed,
            kinds=self._options.kinds,
            told=run.told,
            timed_out=run.timed_out,
            asked_before=sum(end.get("reason") == "exit 75" for end in ends),
        )
        note = verdict.note
        try:
            try:
                ended = self._told(run, verdict)
            except UsageError as error:  # such as a negative standard error
                verdict = Verdict(state="failed", reason="no result", note=error.message)
                note = verdict.note
                ended = self._told(run, verdict)
            state, reason = ended.state, ended.reason
        except TrialEndedError as error:
            state, reason, note = "late", "", error.message
        return TrialEnded(
            trial=run.trial.number,
            attempt=run.trial.attempt,
            slot=run.slot,
            state=state,
            reason=reason,
            note=note,
            values={name: mean for name, (mean, _) in verdict.values.items()},
            seconds=run.ended - run.began,
        )

    def _told(self, run: RunInSlot, verdict: Verdict) -> EndedTrial:
        try:
            ended = tell_end(self._folder, self._stored, run, verdict, patient=self._patient)
        except StoreError as error:
            self._patient = not error.retryable
            raise
        self._patient = True
        return ended

    def _metric_names(self) -> tuple[list[str], list[str]]:
        """The metrics that may be told, and those that must be, as the experiment is by now."""
        version = self._folder.state.version
        if self._metrics[0] != version:
            needed = needed_metrics(self._folder.state, self._stored.optimization_config)
            self._metrics = (version, list(self._stored.metrics), needed)
        return self._metrics[1:]
