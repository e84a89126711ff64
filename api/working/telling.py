"""Writing how a trial ended, against a file system that may be away for a minute."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from armwright.errors import ArmwrightError
from armwright.experiment.clock import now
from armwright.persistence.asked_trials import EndedTrial
from armwright.persistence.json_codec import object_to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.persistence import StoredExperiment
    from armwright.store import ExperimentFolder
    from armwright.working.run_in_slot import RunInSlot
    from armwright.working.verdict import Verdict

__all__ = ["tell_end"]

_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


def tell_end(
    folder: ExperimentFolder,
    stored: StoredExperiment,
    run: RunInSlot,
    verdict: Verdict,
    *,
    patient: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> EndedTrial:
    """Writes the end of an attempt, several times over where the file system does not answer.

    Args:
        folder: Of the experiment.
        stored: The same.
        run: What has ended.
        verdict: How.
        patient: Whether to wait for a file system that does not answer; else it is tried once.
        sleep: Waits that many seconds.

    Returns:
        How it ended; a result that is not finite is a failure of kind nan.

    Raises:
        TrialEndedError: Somebody else has ended it; what it measured is kept as late.
        StoreError: It could not be written, for a minute.
    """
    number, attempt = run.trial.number, run.trial.attempt
    left_undone = {
        "state": "preempted",
        "reason": verdict.reason,
        "note": verdict.note,
        "checkpoint": str(run.folder.checkpoint),
        "time_completed": object_to_json(now()),
    }

    def tell() -> EndedTrial:
        if verdict.state == "completed":
            return stored.tell(number, verdict.values, attempt=attempt)
        if verdict.state == "failed":
            return stored.fail(number, reason=verdict.reason, note=verdict.note, attempt=attempt)
        folder.end(number, attempt, left_undone)
        return EndedTrial(state="preempted", reason=verdict.reason, values={})

    for pause in _PAUSES_S if patient else ():
        try:
            return tell()
        except ArmwrightError as error:
            if not error.retryable:
                raise
            sleep(pause)
    return tell()
