"""`armwright exec`: a program that imports `ax` or `sigopt`, on armwright and unchanged."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import click

from armwright.cli.options import ENVIRONMENT
from armwright.errors import UsageError

__all__ = ["exec"]

_PYTHON = ("python", "python3")


@click.command(
    "exec",
    short_help="Run a program's ax or sigopt on armwright.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True},
)
@click.argument("words", metavar="COMMAND...", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def exec(context: click.Context, words: tuple[str, ...]) -> NoReturn:  # noqa: A001 - the verb's name
    """Run COMMAND with armwright in place of ax and sigopt, in all Python programs it starts.

    No file is changed. What a script finds beside itself under these names is still its own. The
    exit code is COMMAND's. Python's options -I and -E switch it off.

    \b
    armwright exec python train.py --epochs 3
    armwright exec sh nightly.sh
    """
    from armwright.aliases import commands, folder

    if not words:
        raise UsageError(
            "which command? expected one to run, got none",
            hint="for example armwright exec python train.py",
        )
    environment = dict(context.meta.get(ENVIRONMENT, os.environ))
    before = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = folder() if not before else f"{folder()}{os.pathsep}{before}"
    if sys.prefix != sys.base_prefix:  # "python" is to be ours, as if the environment was active
        ours = str(Path(sys.executable).parent)
        environment["PATH"] = f"{ours}{os.pathsep}{environment.get('PATH', os.defpath)}"
    path = environment.get("PATH", os.defpath)
    # A client that is installed comes first: its package is ours then.
    environment["PATH"] = f"{path}{os.pathsep}{commands()}"
    if words[0] == "sigopt":  # the client's own command
        words = (sys.executable, "-m", "armwright.cli", *words)
    program = _program(words[0], environment.get("PATH", os.defpath))
    _check_script(words)
    os.execve(program, list(words), environment)  # noqa: S606 - the user's own command


def _program(name: str, path: str) -> str:
    """The file of a command.

    Raises:
        UsageError: There is none, or it may not be executed; says what would do.
    """
    found = shutil.which(name, path=path)
    if found is not None:
        return found
    if not Path(name).is_file():
        raise UsageError(f"there is no command {name!r}")
    hint = f"python {name}" if name.endswith(".py") else f"chmod +x {name}, and say ./{name}"
    raise UsageError(f"{name!r} is a file, but no command", hint=f"say {hint}")


def _check_script(words: tuple[str, ...]) -> None:
    """Refuses a script that is not there, before Python says so in its own way.

    Raises:
        UsageError: There is none.
    """
    runs_python = Path(words[0]).name.startswith(_PYTHON)
    if not runs_python or len(words) < 2 or words[1].startswith("-"):
        return
    if not Path(words[1]).exists():
        raise UsageError(
            f"there is no script {words[1]!r}", hint=f"the current folder is {Path.cwd()}"
        )
