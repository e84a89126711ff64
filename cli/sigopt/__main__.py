"""`python -m armwright.sigopt.cli`: SigOpt's words without ours before them."""

from armwright.cli.sigopt import cli as sigopt_cli

__all__ = ["sigopt_cli"]

if __name__ == "__main__":
    sigopt_cli()
