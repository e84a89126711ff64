"""The `armwright` command: one thin file per verb, data on stdout, everything else on stderr."""

from armwright.cli.main import main

__all__ = ["main"]
