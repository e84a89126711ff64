"""The names of `ax.service.ax_client`."""

from armwright.ax.ax_client import AxClient

__all__ = ["AxClient"]
