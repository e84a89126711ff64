"""SigOpt's words, a file each; those that run a command are in `local`."""

from armwright.cli.sigopt import cli as sigopt_cli

__all__ = ["sigopt_cli"]
