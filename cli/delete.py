"""`armwright delete`: removes an experiment for ever."""

from __future__ import annotations

import sys

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, print_text
from armwright.cli.verbosity import is_quiet
from armwright.errors import EXIT_FAILURE, UsageError

__all__ = ["delete"]


@click.command(short_help="Remove an experiment for ever.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
@click.pass_context
def delete(
    context: click.Context, words: tuple[str, ...], *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Remove all files of EXPERIMENT, and nothing else in its folder. It cannot be brought back.

    Asks on a terminal; elsewhere it needs --yes. To keep the files, see archive.

    \b
    armwright delete runs/digits --dry-run
    armwright delete s3://team/lr --yes --json
    """
    from armwright.persistence.steering import delete

    url = only_experiment(words)
    if not (yes or dry_run):
        seen = delete(url, dry_run=True)
        if not sys.stdin.isatty() or is_quiet(context):
            raise UsageError(
                f"{seen.url!r} with its {seen.files} files would be gone for ever, and nobody can "
                "be asked here",
                hint="add --yes, or look first with --dry-run",
            )
        if not click.confirm(f"remove {seen.url} with {seen.files} files for ever?", err=True):
            click.echo("nothing was removed", err=True)
            context.exit(EXIT_FAILURE)
    done = delete(url, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "experiment": done.url,
                "dry_run": done.dry_run,
                "files": done.files,
                "left": list(done.left),
            }
        )
        return
    click.echo(f"{'would remove' if dry_run else 'removed'} {done.url}: {done.files} files")
    for path in done.left:
        print_text(f"left: {path}, which is not the experiment's", err=True)
