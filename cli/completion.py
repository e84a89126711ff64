"""`armwright completion`: what makes a shell complete armwright's words."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, print_json
from armwright.errors import ArmwrightError

__all__ = ["completion"]

_SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print what makes a shell complete armwright's words.")
@click.argument("shell", type=click.Choice(_SHELLS))
@json_option
@click.pass_context
def completion(context: click.Context, shell: str, *, as_json: bool) -> None:
    """Print a script for SHELL, which is bash (4.4 or later), zsh or fish.

    It completes verbs, options, folders and trial numbers. For bash, add to ~/.bashrc:
    eval "$(armwright completion bash)"; for fish, write it to
    ~/.config/fish/completions/armwright.fish.

    \b
    armwright completion bash
    armwright completion fish --json
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise ArmwrightError(f"this version of click knows no completion for {shell}")
    group = context.find_root().command
    # Not kind.source(), which starts a shell only to see how old it is.
    maker = kind(group, {}, "armwright", "_ARMWRIGHT_COMPLETE")
    script = maker.source_template % maker.source_vars()
    if as_json:
        print_json({"shell": shell, "script": script})
    else:
        click.echo(script)
