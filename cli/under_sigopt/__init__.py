"""`armwright.sigopt.cli`: where code for the client looks for its command; it is `cli/sigopt`.

The sources stay in this room, for nothing in `api` may know of the command line.
"""

from armwright.aliases import alias

__all__: list[str] = []  # the module takes the place of this one

alias("armwright.sigopt.cli", "armwright.cli.sigopt")
