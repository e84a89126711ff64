"""`armwright schema`: what the JSON document of a verb looks like."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import click

from armwright.cli.arguments import json_option, print_json
from armwright.errors import UsageError

__all__ = ["schema", "schema_of"]


@click.command(short_help="Print the JSON schema of a verb's --json document.")
@click.argument("verb")
@json_option
def schema(verb: str, *, as_json: bool) -> None:
    """Print the JSON schema of what VERB prints with --json.

    Keys are never removed nor given another meaning within a version, which is the key v; others
    may be added.

    \b
    armwright schema ask
    armwright schema status --json
    """
    found = schema_of(verb)
    if as_json:
        print_json({"verb": verb, "schema": found})
    else:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))


def schema_of(verb: str) -> dict[str, Any]:
    """The JSON schema of a verb's document.

    Raises:
        UsageError: There is no such verb, or it prints no document.
    """
    place = files("armwright.cli") / "schemas"
    names = sorted(item.name.removesuffix(".json") for item in place.iterdir())
    if verb not in names:
        raise UsageError(f"expected one of {', '.join(names)}, got {verb!r}")
    found: dict[str, Any] = json.loads((place / f"{verb}.json").read_text(encoding="utf-8"))
    return found
