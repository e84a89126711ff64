"""Starting workers: as a job array of Slurm, or in the background of this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.persistence import StoredExperiment
from armwright.persistence.stock import Stock
from armwright.store import ExperimentFolder
from armwright.working.batch_script import BatchScript, array_of, side_by_side
from armwright.working.scheduler_error import SchedulerError
from armwright.working.trial_command import TrialCommand
from armwright.working.work_folder import WorkFolder, default_place

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Submission", "Submitted"]

_FILL_S = 60.0  # how long arms are made before the job is submitted all the same
_JOBS = "jobs"  # in the work folder: scripts, and what workers say


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What was started.

    Attributes:
        experiment: Its URL.
        job: The scheduler's number, or that of the process.
        file: The script, or the log where there is none.
        ready: How many trials wait to be taken.
    """

    experiment: str
    job: str
    file: str
    ready: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "experiment": self.experiment,
            "job": self.job,
            "file": self.file,
            "ready": self.ready,
        }


@final
class Submission:
    """Workers of one experiment that are to be started.

    Args:
        url: Of the experiment.
        command: What runs a trial.
        parallel: How many commands each worker runs side by side.
        worker: Further options of the worker.
        folder: Where what trials leave is kept; beside the experiment if None.
        environment: What the command will find; checks that there is such a program.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        UsageError: The command cannot be run.
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        command: Sequence[str],
        *,
        parallel: int = 1,
        worker: Sequence[str] = (),
        folder: Path | None = None,
        environment: Mapping[str, str],
    ) -> None:
        self._folder = ExperimentFolder.open(url)
        self._stored = StoredExperiment(self._folder)
        names = list(self._stored.search_space.parameters)
        TrialCommand(command, url=self._stored.url, parameters=names, environment=environment)
        self._command, self._environment = list(command), environment
        self._parallel = parallel
        self._worker = list(worker)
        self._place = (folder or default_place(self._folder)).absolute()
        if folder is not None:
            self._worker += ["--folder", str(self._place)]

    def script(self, array: str, sbatch: Sequence[str]) -> BatchScript:
        """The sbatch file.

        Args:
            array: Number of tasks, or as sbatch takes it.
            sbatch: Further words for sbatch.

        Raises:
            UsageError: The array, or a word, is none.
        """
        parallel = [f"--parallel={self._parallel}"] if self._parallel > 1 else []
        return BatchScript(
            url=self._stored.url,
            name=re.sub(r"[^\w.-]", "_", self._folder.name),
            array=array_of(array),
            logs=self._place / _JOBS,
            sbatch=sbatch,
            worker=[*parallel, *self._worker],
            command=self._command,
        )

    def to_slurm(self, script: BatchScript) -> Submitted:
        """Makes arms for all tasks that may start at once, writes the file and submits it.

        Raises:
            SchedulerError: There is no sbatch here, or it refuses.
        """
        text = script.text()
        if shutil.which("sbatch") is None:
            raise SchedulerError(
                "there is no sbatch on this machine",
                hint="--print shows the file; submit it where Slurm is",
            )
        ready = self._fill(side_by_side(script.array) * self._parallel)
        path = self._job_file("sbatch")
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own words
            ["sbatch", "--parsable", str(path)],  # noqa: S607 - the one on the path
            capture_output=True,
            text=True,
            check=False,
            env=dict(self._environment),
        )
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or "nothing").replace("\n", "; ")
            raise SchedulerError(
                f"sbatch refuses {str(path)!r}: {said}", hint="sbatch --help lists its options"
            )
        job = done.stdout.strip().partition(";")[0]
        return Submitted(experiment=self._stored.url, job=job, file=str(path), ready=ready)

    def to_this_machine(self) -> Submitted:
        """Starts one worker in the background, which outlives the terminal."""
        ready = self._fill(self._parallel)
        path = self._job_file("log")
        parallel = [f"--parallel={self._parallel}"]
        words = [sys.executable, "-m", "armwright.cli", "worker", self._stored.url, *parallel]
        with path.open("wb") as log:
            worker = subprocess.Popen(  # noqa: S603 - our own words
                [*words, *self._worker, "--", *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self._environment),
                start_new_session=True,
            )
        worker.returncode = 0  # it is not ours to wait for
        return Submitted(
            experiment=self._stored.url, job=str(worker.pid), file=str(path), ready=ready
        )

    def _fill(self, wanted: int) -> int:
        """Makes arms ahead, within a minute, so that no task has to."""
        deadline = time.monotonic() + _FILL_S
        stock = Stock(self._folder, target=wanted)
        return stock.fill(lambda: time.monotonic() >= deadline).ready

    def _job_file(self, kind: str) -> Path:
        place = WorkFolder(self._place, self._folder.id).place / _JOBS
        try:
            place.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write to {str(place)!r}: {error.strerror}") from error
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return place / f"{stamp}.{kind}"
