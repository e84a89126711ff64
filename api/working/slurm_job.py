"""The Slurm job that this process is part of, and whether other jobs still run."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, final

from armwright.errors import UsageError
from armwright.store.errors import TrialNotFoundError
from armwright.working.duration import seconds_of
from armwright.working.scheduler_error import SchedulerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.store import ExperimentFolder, State

__all__ = ["SlurmJob", "jobs_gone", "own_trials", "release_gone_jobs", "slurm_claim"]

_ANSWER_S = 20.0  # a busy controller takes its time; later, its answer is not worth the wait
KEY = "slurm"  # in a worker's claim: which cluster and job it ran in


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmJob:
    """The job that this process runs in.

    Attributes:
        ident: Its number; stays the same when it is queued again.
        cluster: The cluster's name.
        restarts: How many times it was queued again.
    """

    ident: str
    cluster: str
    restarts: int

    @classmethod
    def current(cls, environ: Mapping[str, str] = os.environ) -> Self | None:
        """The job of this process; None outside of Slurm."""
        ident = environ.get("SLURM_JOB_ID")
        if not ident:
            return None
        restarts = environ.get("SLURM_RESTART_COUNT", "")
        return cls(
            ident=ident,
            cluster=environ.get("SLURM_CLUSTER_NAME", ""),
            restarts=int(restarts) if restarts.isdecimal() else 0,
        )

    def seconds_left(self) -> float | None:
        """How long the job may still run; None where that is not limited, or nobody says."""
        answer = _squeue("--jobs", self.ident, "--format", "%L")
        try:
            return None if answer is None else seconds_of(answer.split("\n", 1)[0])
        except UsageError:  # UNLIMITED, INVALID
            return None

    def requeue(self) -> None:
        """Has the scheduler queue this job again, which ends this process soon.

        Raises:
            SchedulerError: It would not.
        """
        program = shutil.which("scontrol")
        if program is None:
            raise SchedulerError("cannot queue this job again: there is no scontrol here")
        try:
            done = subprocess.run(  # noqa: S603 - our own words
                [program, "requeue", self.ident],
                capture_output=True,
                text=True,
                check=False,
                timeout=_ANSWER_S,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SchedulerError(f"cannot queue job {self.ident} again: {error}") from error
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise SchedulerError(f"cannot queue job {self.ident} again: {said}")


def slurm_claim(job: SlurmJob | None) -> dict[str, Any]:
    """What a claim says of the job, so that others can ask the scheduler about it."""
    return {} if job is None else {KEY: {"cluster": job.cluster, "job": job.ident}}


def own_trials(state: State, job: SlurmJob) -> list[int]:
    """The trials that this job ran before it was queued again, of those that may be taken now."""
    found = []
    for facts in state.with_status("preempted", "lost"):
        attempt = facts.last_attempt
        if attempt is not None and _job_of(attempt.claim) == (job.cluster, job.ident):
            found.append(facts.number)
    return found


def jobs_gone(jobs: Iterable[str]) -> set[str]:
    """Those of some jobs of this cluster that the scheduler knows not to wait or run any more.

    None of them where it cannot be asked.
    """
    wanted = sorted(set(jobs))
    if not wanted:
        return set()
    answer = _squeue("--jobs", ",".join(wanted), "--format", "%A")
    return set() if answer is None else set(wanted) - set(answer.split())


def release_gone_jobs(folder: ExperimentFolder, cluster: str) -> list[int]:
    """Ends, as lost, the trials of jobs of a cluster that have ended without a word.

    Args:
        folder: Of the experiment; what is known of it is looked at.
        cluster: Which the scheduler here answers for.

    Returns:
        The trials' numbers.
    """
    running: dict[int, tuple[int, str]] = {}
    for facts in folder.state.with_status("running"):
        attempt = facts.last_attempt
        if attempt is None:
            continue
        name, job = _job_of(attempt.claim)
        if job and name == cluster and job != os.environ.get("SLURM_JOB_ID"):
            running[facts.number] = (attempt.number, job)
    released = []
    gone = jobs_gone(job for _, job in running.values())
    for number, (attempt_number, job) in running.items():
        if job not in gone:
            continue
        document = {"state": "lost", "reason": "job", "note": f"Slurm job {job} runs no more"}
        try:
            if folder.release(number, attempt_number, document) == "won":
                released.append(number)
        except TrialNotFoundError:
            continue
    return released


def _job_of(claim: Mapping[str, Any] | None) -> tuple[str, str]:
    said = (claim or {}).get(KEY)
    if not isinstance(said, dict):
        return "", ""
    return str(said.get("cluster", "")), str(said.get("job", ""))


def _squeue(*options: str) -> str | None:
    """What squeue prints; None where there is none, or it has no answer."""
    program = shutil.which("squeue")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [program, "--noheader", *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ANSWER_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode == 0:
        return done.stdout
    # Asked for one job that it has forgotten, it says so.
    return "" if "Invalid job id" in done.stderr else None
