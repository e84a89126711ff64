"""What `cancel` and `requeue` have in common: which trials are meant, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import experiment_and_words, print_json, trial_number
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.persistence.steering import Steered

__all__ = ["meant_trials", "print_changes"]


def meant_trials(words: tuple[str, ...], flag: str, *, flagged: bool) -> tuple[str, list[int]]:
    """The experiment's URL and the numbers of trials; none where the flag says which.

    Args:
        words: [EXPERIMENT] [TRIAL]...
        flag: Its name.
        flagged: Whether it was given.

    Raises:
        UsageError: Both were given, or neither.
    """
    url, rest = experiment_and_words(words)
    numbers = [trial_number(word) for word in rest]
    if bool(numbers) == flagged:
        raise UsageError(
            f"which trials? expected their numbers or {flag}, got "
            + ("both" if numbers else "neither")
        )
    return url, numbers


def print_changes(url: str, done: Sequence[Steered], *, none: str, as_json: bool) -> None:
    """Prints what became of each trial.

    Args:
        url: Of the experiment.
        done: The trials.
        none: What to say where there is none.
        as_json: As one document.
    """
    if as_json:
        print_json({"experiment": url, "trials": [item.as_dict() for item in done]})
        return
    for item in done:
        click.echo(f"{item.number}  {item.was} -> {item.now}")
    if not done:
        click.echo(none, err=True)
