"""What each route of the core API and of the driver does: a request in, a JSON object out."""

__all__: list[str] = []
