"""Where workers keep what their commands leave: beside an experiment, a folder for each trial.

digits.trials/7/checkpoint/         the same for every attempt at trial 7
digits.trials/7/1/parameters.json   of attempt 1 at it
digits.trials/7/1/stdout            what it printed
digits.trials/7/1/stderr
digits.trials/7/1/result.json       if it wrote one
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.store import ExperimentFolder

__all__ = ["TrialFolder", "WorkFolder", "default_place"]

_OWNER = ".of-"  # and the experiment's id: the name of an empty folder, which appears at once


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFolder:
    """The files of one attempt at a trial.

    Attributes:
        path: Of the attempt's own folder.
        checkpoint: The folder that the attempts at a trial hand to each other.
    """

    path: Path
    checkpoint: Path

    @property
    def parameters(self) -> Path:
        """The arm, as JSON."""
        return self.path / "parameters.json"

    @property
    def stdout(self) -> Path:
        """What the command printed."""
        return self.path / "stdout"

    @property
    def stderr(self) -> Path:
        """What it said besides."""
        return self.path / "stderr"

    @property
    def result(self) -> Path:
        """Where it may write its result."""
        return self.path / "result.json"


@final
class WorkFolder:
    """What the workers of one experiment keep, on a disk that they share.

    Args:
        place: The folder; made if it is not there.
        ident: The experiment's id. A folder that holds another one's trials is refused, for a
            command would go on from the checkpoint of another arm.

    Raises:
        UsageError: It is another experiment's, or cannot be made.
    """

    def __init__(self, place: Path, ident: str) -> None:
        self.place = place.absolute()
        try:
            (self.place / f"{_OWNER}{ident}").mkdir(parents=True, exist_ok=True)
            owners = [path.name for path in self.place.glob(f"{_OWNER}*")]
        except OSError as error:
            raise UsageError(
                f"cannot keep what trials leave in {str(self.place)!r}: "
                f"{(error.strerror or str(error)).lower()}",
                hint="--folder names another place",
            ) from error
        if len(owners) > 1:
            raise UsageError(
                f"{str(self.place)!r} holds the trials of another experiment",
                hint="move it away, or name another place with --folder",
            )

    def checkpoint(self, number: int) -> Path:
        """Where a trial's checkpoint is, unless an earlier attempt kept it elsewhere."""
        return self.place / str(number) / "checkpoint"

    def make(self, number: int, attempt: int, *, checkpoint: str | None = None) -> TrialFolder:
        """Makes the folders of an attempt; what an attempt of that number left there is gone.

        Args:
            number: Of the trial.
            attempt: Of the trial.
            checkpoint: Where an earlier attempt kept its checkpoint; used if it is still there.
        """
        path = self.place / str(number) / str(attempt)
        path.mkdir(parents=True, exist_ok=True)
        kept = Path(checkpoint) if checkpoint else self.checkpoint(number)
        if not kept.is_dir():
            kept = self.checkpoint(number)
            kept.mkdir(parents=True, exist_ok=True)
        folder = TrialFolder(path=path, checkpoint=kept)
        folder.result.unlink(missing_ok=True)
        return folder


def default_place(folder: ExperimentFolder) -> Path:
    """`<experiment>.trials` beside an experiment on a disk, else in the current folder."""
    location = folder.location
    if "://" not in folder.url:
        return Path(f"{folder.url}.trials")
    return Path(f"{location.name}.trials")
