"""What every verb's options and words have in common: environment variables, files, completion."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from armwright.cli.completing import complete
from armwright.cli.verbosity import with_words
from armwright.settings import Setting, Settings, variable_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ENVIRONMENT", "dressed", "long_names", "settings_in_force"]

_DRESSED = "_armwright_dressed"
ENVIRONMENT = "armwright.environment"  # in a context's meta: the variables before any file


def dressed(command: click.Command, verb: str) -> click.Command:
    """Gives each option its environment variable, the experiment its completion, and -q and -v."""
    if not getattr(command, _DRESSED, False):  # a module's command is one object, asked for often
        with_words(command, verb)
        setattr(command, _DRESSED, True)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.envvar is None:
            names = [name for name in parameter.opts if name.startswith("--")]
            if names and names[0] != "--help":
                parameter.envvar = variable_of(verb, names[0].removeprefix("--"))
        elif isinstance(parameter, click.Argument) and parameter.name == "words":
            parameter._custom_shell_complete = complete
    return command


def long_names(command: click.Command) -> dict[str, str]:
    """Of a command's options: the long name without dashes to the parameter's name."""
    return {
        name.removeprefix("--"): str(parameter.name)
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }


def settings_in_force(context: click.Context) -> list[Setting]:
    """Everything that can be set, and where it came from."""
    root = context.find_root()
    environ: Mapping[str, str] = root.meta.get(ENVIRONMENT, os.environ)
    variables: list[str] = []
    if isinstance(root.command, click.Group):
        for verb in root.command.list_commands(root):
            command = root.command.get_command(root, verb)
            names = [] if command is None else long_names(command)
            variables += [variable_of(verb, name) for name in names]
    return list(Settings.load(environ).in_force(environ, options=variables))
