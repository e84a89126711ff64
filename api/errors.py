"""Every exception armwright raises on purpose, and the exit code each one means.

    ArmwrightError                                            exit code
        UsageError, also a ValueError                         2  the caller can fix the call
        NothingLeftError                                      3  budget or space is used up
        StoreError                                            1  the files are not as they should
            ExperimentNotFoundError, also a LookupError       1
            ExperimentExistsError                             1
            InvalidNameError, also a ValueError               2
            TrialNotFoundError, also a LookupError            1
            TrialEndedError                                   1
            ConflictError                                     1
                BusyError                                     75 others were faster, for now
            UncertainError                                    75 the same call may succeed later

The base and the store's errors are defined in `armwright.store.errors`, because the store knows no
room above it. An error that is `retryable` means 75, whatever its class.
"""

from armwright.store.errors import (
    ArmwrightError,
    BusyError,
    ConflictError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    InvalidNameError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    UncertainError,
)

__all__ = [
    "EXIT_DIFFERS",
    "EXIT_FAILURE",
    "EXIT_NOTHING_LEFT",
    "EXIT_RETRY",
    "EXIT_USAGE",
    "ArmwrightError",
    "BusyError",
    "ConflictError",
    "ExperimentExistsError",
    "ExperimentNotFoundError",
    "ExperimentUnfinishedError",
    "InvalidNameError",
    "NothingLeftError",
    "StoreError",
    "TrialEndedError",
    "TrialNotFoundError",
    "UncertainError",
    "UsageError",
    "exit_code",
]

EXIT_FAILURE, EXIT_USAGE, EXIT_NOTHING_LEFT = 1, 2, 3
EXIT_DIFFERS = 4  # no error: two things that were compared are not the same
EXIT_RETRY = 75  # EX_TEMPFAIL of sysexits.h


class UsageError(ArmwrightError, ValueError):
    """The call or the document cannot mean anything; the caller can fix it."""


class NothingLeftError(ArmwrightError):
    """There is no arm left to ask for: the budget is used up, or every point was tried."""


def exit_code(error: ArmwrightError) -> int:
    """The exit code a command ends with when this error reaches it."""
    if error.retryable:
        return EXIT_RETRY
    if isinstance(error, NothingLeftError):
        return EXIT_NOTHING_LEFT
    if isinstance(error, UsageError | InvalidNameError):
        return EXIT_USAGE
    return EXIT_FAILURE
