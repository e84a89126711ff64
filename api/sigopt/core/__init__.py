"""Experiments of the core API: suggestions and observations, tasks, a queue."""

__all__: list[str] = []
