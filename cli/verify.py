"""`armwright verify`: reads an experiment anew and checks all that the store promises about it."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, print_text
from armwright.errors import EXIT_FAILURE

__all__ = ["verify"]


@click.command(short_help="Check every file of an experiment.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@json_option
@click.pass_context
def verify(context: click.Context, words: tuple[str, ...], *, as_json: bool) -> None:
    """Read every file of EXPERIMENT and check what the store promises.

    Ends with 1 if anything is wrong: torn or foreign files, two ends of one attempt, results that
    nobody counted. Changes nothing; others may go on working.

    \b
    armwright verify runs/digits
    armwright verify s3://team/lr --json
    """
    from armwright.store.verify import verify

    report = verify(only_experiment(words))
    if as_json:
        print_json({"experiment": report.url, "ok": report.ok, **_rest(report.as_dict())})
    else:
        print_text(str(report))
    if not report.ok:
        context.exit(EXIT_FAILURE)


def _rest(document: dict[str, object]) -> dict[str, object]:
    return {key: item for key, item in document.items() if key not in ("url", "ok")}
