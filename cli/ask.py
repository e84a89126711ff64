"""`armwright ask`: takes arms to try."""

from __future__ import annotations

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json

__all__ = ["ask"]


@click.command()
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("-n", "--count", default=1, type=click.IntRange(1, 64), help="How many trials.")
@json_option
def ask(words: tuple[str, ...], count: int, *, as_json: bool) -> None:
    """Take trials of EXPERIMENT to run; each is yours until you tell its result.

    Prints a line per trial: its number, then parameter=value. Ends with 3 when none is left.

    \b
    armwright ask runs/digits
    armwright ask runs/digits -n 4 --json
    """
    from armwright.persistence import StoredExperiment

    url, rest = experiment_and_words(words)
    if rest:
        raise click.UsageError(f"expected one experiment, got also {' '.join(rest)}")
    trials = StoredExperiment.open(url).ask(count)
    if as_json:
        print_json(
            {
                "experiment": url,
                "trials": [
                    {
                        "trial": trial.number,
                        "attempt": trial.attempt,
                        "arm": trial.arm.name,
                        "parameters": trial.arm.parameters,
                    }
                    for trial in trials
                ],
            }
        )
        return
    for trial in trials:
        values = "  ".join(f"{name}={value}" for name, value in trial.arm.parameters.items())
        click.echo(f"{trial.number}  {values}")
    click.echo(f"next: armwright tell {url} {trials[0].number} METRIC=VALUE", err=True)
