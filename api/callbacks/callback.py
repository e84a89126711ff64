"""Who wants to know what happens in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armwright.callbacks.events import NewIncumbent, TrialEnd, TrialStart

__all__ = ["METHODS", "Callback", "checked_callbacks"]

METHODS = ("on_trial_start", "on_trial_end", "on_new_incumbent")


class Callback:
    """Is told what happens; derive from it, and override what you want to know.

    Any other object that has at least one of the methods `on_...` will do as well. They are called
    in the process and thread in which the run is steered, one after the other: what takes long
    delays the next trial. What they raise is logged, and changes nothing for the trial or the run;
    what is no `Exception`, such as Ctrl-C, ends the run as it would anywhere else.
    """

    def on_trial_start(self, event: TrialStart, /) -> None:
        """A trial begins."""

    def on_trial_end(self, event: TrialEnd, /) -> None:
        """A trial has ended, and its results are kept."""

    def on_new_incumbent(self, event: NewIncumbent, /) -> None:
        """A trial that has ended is better than all before; told right after its end."""

    def close(self) -> None:
        """The run is over, however it ended; may be called again by the next one."""


def checked_callbacks(callbacks: Iterable[Any]) -> tuple[Any, ...]:
    """Callbacks as they are.

    Raises:
        UsageError: One has none of the methods, or is a class.
    """
    if any(hasattr(callbacks, name) for name in METHODS):
        raise UsageError(
            f"callbacks: expected several, got {type(callbacks).__name__}",
            hint="callbacks=[...], a list also of one",
        )
    found = tuple(callbacks)
    for item in found:
        if isinstance(item, type):
            raise UsageError(f"callbacks: expected objects, got the class {item.__name__}")
        if not any(callable(getattr(item, name, None)) for name in METHODS):
            raise UsageError(
                f"callbacks: expected a method {', '.join(METHODS[:-1])} or {METHODS[-1]}, "
                f"{type(item).__name__} has none"
            )
    return found
