"""`import ax` under `armwright exec`: it is `armwright.ax`."""

try:
    from armwright.aliases.renamed import alias
except ModuleNotFoundError as error:
    import sys

    raise ModuleNotFoundError(
        f"armwright exec: {sys.executable} has no armwright, so its ax cannot be ours; "
        "install armwright there, or run the program with the Python that has it"
    ) from error

__all__: list[str] = []  # the module takes the place of this one

alias("ax", "armwright.ax")
