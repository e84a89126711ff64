"""The names of `ax.utils.notebook.plotting`. Notebooks call them; there is nothing to set up."""

import logging
from typing import Any

__all__ = ["init_notebook_plotting", "render"]

logger = logging.getLogger(__name__)


def init_notebook_plotting(offline: bool = False) -> None:
    """Does nothing: plots need no preparation. `offline` is accepted as in the release."""
    del offline


def render(plot_config: Any, inject_helpers: bool = False) -> None:
    """Shows what can show itself; logs where the numbers are otherwise.

    Args:
        plot_config: What a method of AxClient returned, or a figure with a `show` method.
        inject_helpers: Accepted as in the release.
    """
    del inject_helpers
    if hasattr(plot_config, "show"):
        plot_config.show()
    else:
        logger.info("%s is not drawn; its numbers are in its data", type(plot_config).__name__)
