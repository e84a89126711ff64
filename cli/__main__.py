"""`python -m armwright.cli`: the `armwright` command where no script is on the path."""

from armwright.cli.main import main

__all__: list[str] = []

main(prog_name="armwright")
