"""`armwright list`: the experiments in a folder."""

from __future__ import annotations

import os
from typing import Any

import click

from armwright.cli.arguments import json_option, print_json, print_table, print_text, public_url
from armwright.cli.status import status_line

__all__ = ["list_"]


@click.command("list", short_help="List the experiments in a folder.")
@click.argument("root", metavar="[ROOT]", required=False)
@click.option("-a", "--all", "everything", is_flag=True, help="Also those that are archived.")
@json_option
def list_(root: str | None, *, everything: bool, as_json: bool) -> None:
    """List the experiments in ROOT, a folder or URL: ARMWRIGHT_STORE, else . if left out.

    The best is that by its measured value; where results carry noise it is marked so, and armwright
    best says of which trial a model of all results expects most.

    \b
    armwright list runs
    armwright list s3://team --all --json
    """
    from armwright.persistence.standing import listing

    place = root or os.environ.get("ARMWRIGHT_STORE") or "."
    found = listing(place, archived=everything)
    if as_json:
        print_json({"root": public_url(place), "experiments": found})
        return
    rows = [(item["name"], item["state"], _words(item), _best(item)) for item in found]
    if rows:
        print_table(("experiment", "state", "trials", "best"), rows)
    else:
        click.echo(f"no experiments in {public_url(place)}", err=True)
    for item in found:
        if item["problem"]:
            print_text(f"warning: {item['name']}: {item['problem']}", err=True)


def _words(item: dict[str, Any]) -> str:
    return "" if item["problem"] else status_line(item)


def _best(item: dict[str, Any]) -> str:
    best = item.get("best")
    if not best:
        return ""
    if best["trade_offs"]:
        return f"{best['trade_offs']} trade-offs"
    values = "  ".join(f"{name} {value:.6g}" for name, value in best["values"].items())
    return f"{values} measured" if best["noisy"] else values
