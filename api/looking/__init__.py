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
    from armwright.looking.charts import Charts
    from armwright.looking.drawing import write_figure
    from armwright.looking.figures import KINDS
    from armwright.looking.looked_at import LookedAt, SeenAttempt, SeenTrial
    from armwright.looking.plots import Plots
    from armwright.looking.reading import look
    from armwright.looking.whole_page import summary_page

__all__ = [
    "KINDS",
    "Charts",
    "LookedAt",
    "Plots",
    "SeenAttempt",
    "SeenTrial",
    "look",
    "summary_page",
    "write_figure",
]

# Where each is defined; loaded when it is asked for.
_PLACES = {
    "KINDS": "figures",
    "Charts": "charts",
    "LookedAt": "looked_at",
    "Plots": "plots",
    "look": "reading",
    "summary_page": "whole_page",
    "SeenAttempt": "looked_at",
    "SeenTrial": "looked_at",
    "write_figure": "drawing",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        module = importlib.import_module(f"armwright.looking.{_PLACES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'armwright.looking' has no attribute {name!r}")
