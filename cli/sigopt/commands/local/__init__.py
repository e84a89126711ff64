"""The words that run a command on this machine."""

__all__: list[str] = []
