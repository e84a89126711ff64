"""A runner that runs a command line for each arm, as a process of this machine."""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import Arm, BatchTrial, Runner, TrialStatus
from armwright.running import process_group
from armwright.running.placeholders import filled

if TYPE_CHECKING:
    import subprocess

    from armwright.experiment import BaseTrial

__all__ = ["LocalProcessRunner"]

_LONGEST_REASON = 300


@final
class LocalProcessRunner(Runner):
    """Runs a command for each arm of a trial; all arms of a batch at once.

    Each arm has a folder `<folder>/<experiment>/<trial>/<arm>` with `parameters.json`, `stdout`,
    `stderr` and, at the end, `exit_code`. The command finds its arm in three ways, whichever suits:

        placeholders    {lr} in a word is the value of parameter lr; also {trial}, {arm}, {folder}
                        and {parameters_file}; {{ and }} are braces
        environment     ARMWRIGHT_PARAMETERS_FILE, ARMWRIGHT_TRIAL, ARMWRIGHT_ARM, ARMWRIGHT_FOLDER
        JSON            the parameters file

    Processes run in sessions of their own: Ctrl-C does not reach them, and they outlive the process
    that started them. A runner loaded later with its experiment polls and stops them all the same.

    Args:
        command: The program and its arguments, each a word; no shell splits them.
        folder: Where the arms' folders are made.
        environment: Variables set beside those of this process; placeholders work here too. With
            the experiment only their names are saved, never their values, which may be secrets.
            One whose value is None, as all are once loaded, must be set in this process.
        grace_s: Seconds between SIGTERM and SIGKILL when a trial is stopped.
        max_parallelism: How many trials a loop may run at once; None for one per processor.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: str = "armwright-trials",
        environment: Mapping[str, str | None] | None = None,
        grace_s: float = 10.0,
        max_parallelism: int | None = None,
    ) -> None:
        if isinstance(command, str) or not command:
            raise UsageError(
                f"command: expected a list of words, got {command!r}",
                hint="shlex.split makes one of a command line; ['sh', '-c', text] runs a shell",
            )
        if max_parallelism is not None and max_parallelism < 1:
            raise UsageError(f"max_parallelism: expected at least 1, got {max_parallelism}")
        self.command = [str(word) for word in command]
        self.folder = os.fspath(folder)
        self.environment = dict(environment or {})
        self.grace_s = grace_s
        self.max_parallelism = max_parallelism
        # Those that this process started, by folder: only a parent can reap them.
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def capacity(self) -> int:
        """How many trials may run at once."""
        return self.max_parallelism or os.cpu_count() or 1

    def run(self, trial: "BaseTrial") -> dict[str, Any]:
        """Starts one process for each arm that is not abandoned.

        Raises:
            UsageError: The trial has no arm, a placeholder is unknown, or there is no such program.
        """
        gone = {arm.name for arm in trial.abandoned_arms}
        arms = [arm for arm in trial.arms if arm.name not in gone]
        if not arms:
            raise UsageError(f"trial {trial.index}: has no arm to run")
        name = trial.experiment.name if trial.experiment.has_name else "experiment"
        folder = _new_folder(Path(self.folder) / _as_file_name(name), str(trial.index))
        plans = [self._plan(trial, arm, folder / _as_file_name(arm.name)) for arm in arms]
        metadata: dict[str, Any] = {
            "name": f"{name}_{trial.index}",
            "folder": str(folder),
            "processes": {},
        }
        try:
            for arm, (place, words, environment) in zip(arms, plans, strict=True):
                place.mkdir()
                text = json.dumps(arm.parameters, indent=1)
                (place / "parameters.json").write_text(text + "\n", encoding="utf-8")
                record, child = process_group.start(words, folder=place, environment=environment)
                metadata["processes"][arm.name] = record
                self._children[record["folder"]] = child
        except BaseException:
            self._stop(metadata)
            raise
        return metadata

    def _plan(
        self, trial: "BaseTrial", arm: Arm, place: Path
    ) -> tuple[Path, list[str], dict[str, str]]:
        """The arm's folder, command and environment; whatever is wrong is found before a start."""
        facts = {
            "trial": trial.index,
            "arm": arm.name,
            "folder": place,
            "parameters_file": place / "parameters.json",
        }
        values = {**facts, **arm.parameters}
        missing = [
            key for key, text in self.environment.items() if text is None and key not in os.environ
        ]
        if missing:
            raise UsageError(
                f"trial {trial.index}: the command needs {', '.join(missing)}, which this process "
                "has not in its environment",
                hint="set it before the start, or in runner.environment: values are never saved",
            )
        environment = {
            **os.environ,
            **{f"ARMWRIGHT_{key.upper()}": str(value) for key, value in facts.items()},
            **{
                key: filled(text, values)
                for key, text in self.environment.items()
                if text is not None
            },
        }
        words = [filled(word, values) for word in self.command]
        if shutil.which(words[0], path=environment.get("PATH")) is None:
            raise UsageError(
                f"trial {trial.index}: cannot find the program {words[0]!r}",
                hint="give its path, and make it executable",
            )
        return place, words, environment

    def poll_trial_status(self, trial: "BaseTrial") -> TrialStatus:
        """RUNNING while an arm's process runs; FAILED if none of them ended with exit code 0.

        Why an arm failed is put into the trial's run metadata.
        """
        records = _records(trial)
        if any(self._is_running(record) for record in records.values()):
            return TrialStatus.RUNNING
        failed = {arm: why for arm, record in records.items() if (why := _why_failed(record))}
        if failed:
            trial.run_metadata["failed_arms"] = failed
        return TrialStatus.FAILED if len(failed) == len(records) else TrialStatus.COMPLETED

    def stop(self, trial: "BaseTrial") -> None:
        """Ends the trial's processes and all they started, and returns when they are gone."""
        self._stop(trial.run_metadata)

    def _stop(self, metadata: Mapping[str, Any]) -> None:
        for record in metadata.get("processes", {}).values():
            child = self._children.get(record["folder"])
            process_group.stop(record, child, grace_s=self.grace_s)
            self._is_running(record)

    def _is_running(self, record: Mapping[str, Any]) -> bool:
        running = process_group.is_running(record, self._children.get(record["folder"]))
        if not running:
            self._children.pop(record["folder"], None)
        return running

    def _compared(self) -> Mapping[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_children"}

    def _description(self) -> str:
        return f"command={self.command}, folder={self.folder!r}"


def _records(trial: "BaseTrial") -> Mapping[str, Any]:
    if "processes" not in trial.run_metadata:
        raise UsageError(
            f"trial {trial.index}: was not started by a LocalProcessRunner, its run metadata hold "
            f"{sorted(trial.run_metadata)}"
        )
    if isinstance(trial, BatchTrial):
        gone = {arm.name for arm in trial.abandoned_arms}
        return {a: r for a, r in trial.run_metadata["processes"].items() if a not in gone}
    processes: Mapping[str, Any] = trial.run_metadata["processes"]
    return processes


def _why_failed(record: Mapping[str, Any]) -> str:
    """Why a process that has ended is no success; an empty text if it is one."""
    code = process_group.exit_code(record)
    if code == 0:
        return ""
    what = "was stopped or killed, it left no exit code" if code is None else f"exit code {code}"
    text = (Path(record["folder"]) / "stderr").read_text(encoding="utf-8", errors="replace")
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
    return f"{what}: {last[:_LONGEST_REASON]}" if last else what


def _as_file_name(text: str) -> str:
    return re.sub(r"[^\w.=+-]", "_", text).lstrip(".") or "_"


def _new_folder(parent: Path, name: str) -> Path:
    """Makes a folder that was not there; numbered where an earlier run has taken the name."""
    parent.mkdir(parents=True, exist_ok=True)
    parent = parent.resolve()  # the command may change its working directory
    for count in range(1, 1_000_000):
        place = parent / (name if count == 1 else f"{name}-{count}")
        try:
            place.mkdir()
        except FileExistsError:
            continue
        return place
    raise UsageError(f"{str(parent / name)!r}: a million runs are there already")
