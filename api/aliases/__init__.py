"""The names `ax` and `sigopt` for programs that import them, under `armwright exec` and only there.

Nothing is replaced in the environment: a program that lies beside a module of one of these names
still imports its own, and a site's or an environment's `sitecustomize` runs as always.
"""

from armwright.aliases.renamed import alias, commands, folder

__all__ = ["alias", "commands", "folder"]
