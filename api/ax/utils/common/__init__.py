"""The modules of `ax.utils.common`."""

from armwright.ax.utils.common import equality, logger, timeutils, typeutils

__all__ = ["equality", "logger", "timeutils", "typeutils"]
