"""Versions of armwright, of Python and of the libraries that results depend on; none is loaded."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from armwright.store.birth import FORMAT
from armwright.version import __version__

__all__ = ["versions"]

_LIBRARIES = (
    *("jax", "jaxlib", "numpy", "scipy", "pandas", "pyarrow", "fsspec"),
    *("click", "rich", "s3fs", "gcsfs", "adlfs", "pyyaml"),
)


def versions() -> dict[str, Any]:
    """As plain JSON values: armwright, format, python, platform, and libraries by name."""
    return {
        "armwright": __version__,
        "format": FORMAT,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
