"""SigOpt's place for what it tells of new experiments and runs."""

from __future__ import annotations

import logging
import sys

__all__ = ["enable_print_logging", "print_logger"]

print_logger = logging.getLogger("armwright.sigopt")


def enable_print_logging() -> None:
    """Prints from now on what is made and found, a line each."""
    if not print_logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        print_logger.addHandler(handler)
    print_logger.setLevel(logging.INFO)
