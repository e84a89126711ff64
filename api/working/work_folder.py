"""Where workers keep what their commands leave: beside an experiment, a folder for each trial.

digits.trials/7/checkpoint/         the same for every attempt at trial 7
digits.trials/7/1/parameters.json   of attempt 1 at it
digits.trials/7/1/stdout            what it printed
digits.trials/7/1/stderr
digits.trials/7/1/result.json       if it wrote one
digits.trials/7/.of-<token>         whose folder it is: of the arm that was written with this token

After a loss of power a number may come again for another arm. That one has digits.trials/7.<the
token's first letters>, so that nobody goes on from the checkpoint of an arm that is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.store import ExperimentFolder
    from armwright.store.state import TrialFacts

__all__ = ["TrialFolder", "WorkFolder", "default_place"]

# And the experiment's id, or the token of a trial's arm: the name of an empty folder.
_OWNER = ".of-"
_LETTERS = 8  # of a token
_CHECKPOINT = "checkpoint"


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

    def make(self, trial: TrialFacts, attempt: int) -> TrialFolder:
        """Makes the folders of an attempt; what an attempt of that number left there is gone.

        Args:
            trial: The attempts before this one say where they kept their checkpoint, which is used
                if it is still there.
            attempt: Of the trial.

        Raises:
            OSError: They cannot be made.
        """
        token = trial.made.token if trial.made is not None else ""
        place = self._place_of(trial.number, attempt, token)
        path, kept = place / str(attempt), _checkpoint_before(trial, attempt, token)
        path.mkdir(exist_ok=True)
        if kept is None:
            kept = place / _CHECKPOINT
            kept.mkdir(exist_ok=True)
        folder = TrialFolder(path=path, checkpoint=kept)
        folder.result.unlink(missing_ok=True)
        return folder

    def _place_of(self, number: int, attempt: int, token: str) -> Path:
        """The folder of a trial, made if it is not there."""
        found = _find(self.place, number, token, unmarked=attempt > 1)
        if found is not None:
            return found
        # Whose it is, it says from the moment on that it has its name.
        prepared = self.place / f".{number}.{token}"
        (prepared / f"{_OWNER}{token}").mkdir(parents=True, exist_ok=True)
        own = self.place / f"{number}.{token[:_LETTERS]}"
        try:
            return prepared.rename(self.place / str(number))
        except OSError:  # another arm's
            return prepared.rename(own)


def _find(place: Path, number: int, token: str, *, unmarked: bool) -> Path | None:
    """The folder of a trial, if there is one.

    Args:
        place: Where the folders of trials are.
        number: Of the trial.
        token: Of its arm.
        unmarked: Whether it may be one that does not say whose it is: those of former versions.
    """
    plain = place / str(number)
    for path in (plain, place / f"{number}.{token[:_LETTERS]}"):
        if (path / f"{_OWNER}{token}").is_dir():
            return path
    return plain if unmarked and plain.is_dir() and not any(plain.glob(f"{_OWNER}*")) else None


def _checkpoint_before(trial: TrialFacts, attempt: int, token: str) -> Path | None:
    """Where the attempts before one kept their checkpoint; None if it is not there."""
    for known in reversed(trial.attempts.values()):
        said = (known.end or {}).get("checkpoint")
        place = ((known.claim or {}).get("work") or {}).get("folder")
        if known.number < attempt and (said or place):
            if said:
                path = Path(said)
            elif found := _find(Path(place or ""), trial.number, token, unmarked=True):
                path = found / _CHECKPOINT
            else:
                return None
            return path if path.is_dir() else None
    return None


def default_place(folder: ExperimentFolder) -> Path:
    """`<experiment>.trials` beside an experiment on a disk, else in the current folder."""
    location = folder.location
    if "://" not in folder.url:
        return Path(f"{folder.url}.trials")
    return Path(f"{location.name}.trials")
