"""`armwright plot`: one chart of an experiment, as text or in a file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, public_url
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.looking import Charts

__all__ = ["plot"]

_MOST_COLUMNS = 100


@click.command(short_help="Draw one chart, as text or as SVG, PNG or HTML.")
@click.argument("kind", metavar="KIND")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option(
    *("-o", "--output", "file"), metavar="FILE", help="Ends in .svg, .png, .html or .json."
)
@click.option("--metric", metavar="NAME", help="The first objective if left out.")
@click.option(
    *("--parameter", "parameters"),
    metavar="NAME",
    multiple=True,
    help="For slice and, twice, for contour; those that matter most if left out.",
)
@json_option
def plot(
    kind: str,
    words: tuple[str, ...],
    file: str | None,
    metric: str | None,
    parameters: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Draw a chart of EXPERIMENT, as text or into a FILE.

    KIND: trace, slice, contour, importance, parallel, pareto, cross-validation, constraints,
    feasibility, failures, timeline. SVG, PNG and HTML need the extra plot. Text has no colours, and
    keeps to ASCII where LC_ALL, LC_CTYPE or LANG is C.

    \b
    armwright plot trace runs/digits
    armwright plot slice s3://team/lr --parameter lr -o lr.svg
    """
    from armwright.looking import KINDS, Charts, write_figure
    from armwright.persistence import StoredExperiment

    kind = kind.replace("-", "_")
    if kind not in KINDS:
        known = ", ".join(name.replace("_", "-") for name in KINDS)
        raise UsageError(f"expected one of the charts {known}, got {kind!r}")
    stored = StoredExperiment.open(only_experiment(words))
    charts = Charts(stored)
    if file is None and not as_json:
        from armwright.looking.plain_text import ascii_only, shows_unicode

        rich = shows_unicode(sys.stdout.encoding, os.environ)
        for line in _text(charts, kind, metric, parameters):
            click.echo(line if rich else ascii_only(line))
        return
    spec = charts.figure(kind, metric=metric, parameters=parameters)
    size = None if file is None else write_figure(spec, file)
    if as_json:
        place = None if file is None else public_url(file)
        figure = spec if file is None else None
        found = {"experiment": stored.url, "kind": kind, "file": place, "bytes": size}
        print_json({**found, "figure": figure})
    else:
        click.echo(f"wrote {public_url(file or '')}: {(size or 0) / 1000:.0f} kB")


def _text(
    charts: Charts, kind: str, metric: str | None, parameters: tuple[str, ...]
) -> Iterator[str]:
    from shutil import get_terminal_size

    width = min(get_terminal_size().columns, _MOST_COLUMNS)
    yield from charts.text(kind, metric=metric, parameters=parameters, width=width)
