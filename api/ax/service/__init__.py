"""The modules of `ax.service`."""

from armwright.ax.service import ax_client, managed_loop, utils

__all__ = ["ax_client", "managed_loop", "utils"]
