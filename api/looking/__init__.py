"""Looking at an experiment: the numbers of each chart, charts, a page in one file, and text.

look              an experiment as plain frozen records
Views             the numbers of each chart, as records
Plots             the charts, what `experiment.plot` is
summary_page      all of it in one file
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armwright.looking.look import look
    from armwright.looking.looked_at import LookedAt, SeenAttempt, SeenTrial

__all__ = ["LookedAt", "SeenAttempt", "SeenTrial", "look"]

# Where each is defined; loaded when it is asked for.
_PLACES = {"LookedAt": "looked_at", "SeenAttempt": "looked_at", "SeenTrial": "looked_at"}


def __getattr__(name: str) -> Any:
    if name in __all__:
        module = importlib.import_module(f"armwright.looking.{_PLACES.get(name, name)}")
        return getattr(module, name)
    raise AttributeError(f"module 'armwright.looking' has no attribute {name!r}")
