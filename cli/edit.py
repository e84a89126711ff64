"""`armwright edit`: changes an experiment that is under way."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    json_option,
    print_json,
    public_url,
    reason_option,
    url_and_words,
)

__all__ = ["edit"]


@click.command(short_help="Change bounds, values, budget or metrics, with a reason.")
@click.argument("words", metavar="[EXPERIMENT] KEY=VALUE...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Only check, and say what would change.")
@reason_option
@json_option
def edit(words: tuple[str, ...], reason: str, *, dry_run: bool, as_json: bool) -> None:
    """Change EXPERIMENT for the trials to come, with a --reason that is kept.

    Keys are those of the experiment file: budget, description, objective.minimize,
    tracking_metrics, outcome_constraints, parameter_constraints, generation.output_warp, and of a
    parameter NAME.bounds, NAME.values, NAME.log_scale and so on. Values are JSON or plain words. A
    new parameter has a NAME.type, and as NAME.was its value in the arms so far; NAME=none takes one
    away. Where SigOpt's fields define the experiment, keys and rules are those of its update, and
    those of generation.

    \b
    armwright edit runs/digits budget=50 --reason "not flat yet"
    armwright edit runs/digits C.bounds='[0.01, 1e4]' --reason "best at the edge"
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.editing import changes_from_words, edit
    from armwright.persistence.kept_definition import kept_definition

    url, rest = url_and_words(words)
    stored = StoredExperiment.open(url)
    names, is_kept = list(stored.search_space.parameters), bool(kept_definition(stored.state))
    changes = changes_from_words(rest, names, any_key=is_kept)
    done = edit(url, changes, reason=reason, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "experiment": public_url(url),
                "version": done.version,
                "dry_run": done.dry_run,
                "changes": list(done.changes),
                "replaced": list(done.replaced),
            }
        )
        return
    for change in done.changes:
        click.echo(change)
    if done.replaced:
        numbers = ", ".join(map(str, done.replaced))
        click.echo(f"waited outside of the new space, and will be replaced: {numbers}", err=True)
    if not done.changes:
        click.echo("nothing changed: it is all so already", err=True)
