"""The base of every exception armwright raises on purpose, and those of the store.

`armwright.errors` draws the whole tree; it stands above the store, so the base stands here.
"""

__all__ = [
    "ArmwrightError",
    "BusyError",
    "ConflictError",
    "ExperimentExistsError",
    "ExperimentNotFoundError",
    "ExperimentUnfinishedError",
    "InvalidNameError",
    "StoreError",
    "TrialEndedError",
    "TrialNotFoundError",
    "UnavailableError",
    "UncertainError",
]


class ArmwrightError(Exception):
    """Base class, so that one except clause catches everything of ours.

    Attributes:
        hint: What the reader can do next, a sentence or a command line; may be empty.
        retryable: True when the same call may succeed later, unchanged.
        path: Of what is wrong in a document: keys and places in lists, from its top; may be empty.
    """

    retryable = False

    def __init__(self, message: str, *, hint: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.hint = hint
        self.path = path

    @property
    def message(self) -> str:
        """What happened, without the hint."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class StoreError(ArmwrightError):
    """The files are not what they should be, or cannot be read or written."""


class ExperimentNotFoundError(StoreError, LookupError):
    """There is no experiment at this URL."""


class ExperimentExistsError(StoreError):
    """There is another experiment at this URL already."""


class InvalidNameError(StoreError, ValueError):
    """A name that cannot be a folder's: empty, with separators, or reaching out of its root."""


class TrialNotFoundError(StoreError, LookupError):
    """The experiment has no trial with this number."""


class TrialEndedError(StoreError):
    """This attempt at the trial has ended already; the first end counts."""


class ConflictError(StoreError):
    """The store holds a different fact under this name; nothing was changed."""


class BusyError(ConflictError):
    """Others were faster, many times over; nothing was changed, and it may be our turn later."""

    retryable = True


class UnavailableError(StoreError):
    """The file system did not answer, several times over; nothing was changed."""

    retryable = True


class UncertainError(StoreError):
    """The file system did not say whether a write took place; repeating it is safe."""

    retryable = True


class ExperimentUnfinishedError(StoreError):
    """The experiment is being made: its first file is there, its configuration not yet."""

    retryable = True
