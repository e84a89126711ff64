"""The programs and the processor that made an arm: what its bits depend on beside the numbers."""

from __future__ import annotations

import hashlib
import platform
import sys
from functools import cache
from pathlib import Path

from armwright.version import __version__

__all__ = ["made_with"]


def made_with() -> dict[str, str]:
    """Versions of what is loaded, and the processor: `armwright`, `numpy`, `jax`, `processor`.

    Where a model was used `source` tells builds of one version apart.
    """
    found = {"armwright": __version__}
    if "jax" in sys.modules:
        found["source"] = _source()
    for name in ("numpy", "jax", "jaxlib"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[name] = str(version)
    return {**found, "processor": _processor()}


@cache
def _source() -> str:
    """A digest of the optimizer's source."""
    from armwright import optimizer

    digest = hashlib.sha256()
    for path in sorted(Path(optimizer.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _processor() -> str:
    """The machine type, and the processor's name where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = [f": {platform.processor()}"]
    names = [
        line.partition(":")[2].strip() for line in lines if line.startswith(("model name", ":"))
    ]
    return " ".join([platform.machine(), *dict.fromkeys(name for name in names if name)])
