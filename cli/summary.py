"""`armwright summary`: all there is to see of an experiment, in one HTML file."""

from __future__ import annotations

import gc

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, public_url
from armwright.errors import UsageError

__all__ = ["summary"]


@click.command(short_help="Write a page with charts of an experiment, in one file.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option(
    *("-o", "--output", "file"),
    metavar="FILE",
    default="summary.html",
    show_default=True,
    help="A path or URL; replaced as a whole. - prints it.",
)
@json_option
def summary(words: tuple[str, ...], file: str, *, as_json: bool) -> None:
    """Write a page about EXPERIMENT that opens in any browser and loads nothing.

    Best arm, trace, what matters, slices, parallel coordinates, trade-offs, failures, who ran what
    when, and every trial with why it was made. Needs the extra plot.

    \b
    armwright summary runs/digits -o digits.html
    armwright summary s3://team/lr -o s3://team/lr.html --json
    """
    url = only_experiment(words)
    if file == "-" and as_json:
        raise UsageError("-o - prints the page itself: leave --json out")
    if file != "-" and not file.lower().endswith((".html", ".htm")):
        raise UsageError(f"expected a file that ends in .html, got {public_url(file)!r}")
    from armwright.looking import Charts, summary_page
    from armwright.persistence import StoredExperiment
    from armwright.store import write_document

    collects = gc.isenabled()
    gc.disable()  # looking for garbage among the facts of 10,000 trials takes a third of the time
    try:
        stored = StoredExperiment.open(url)
        charts = Charts(stored)
        page = summary_page(charts)
    finally:
        if collects:
            gc.enable()
    if file == "-":
        click.echo(page, nl=False)
        return
    body = page.encode()
    write_document(file, body)
    trials, damaged = len({trial.trial for trial in charts.seen.trials}), len(charts.seen.damaged)
    if as_json:
        print_json(
            {
                "experiment": stored.url,
                "file": public_url(file),
                "bytes": len(body),
                "trials": trials,
                "damaged": damaged,
            }
        )
    else:
        click.echo(f"wrote {public_url(file)}: {trials} trials, {len(body) / 1000:.0f} kB")
    if damaged:
        click.echo(f"warning: {damaged} files could not be read; the page names them", err=True)
