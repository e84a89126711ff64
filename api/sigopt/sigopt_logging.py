"""SigOpt's place for what it tells of new experiments and runs."""

from __future__ import annotations

import logging
import sys
from typing import final

__all__ = ["enable_print_logging", "print_logger"]

print_logger = logging.getLogger("armwright.sigopt")


def enable_print_logging() -> None:
    """Prints from now on what is made and found, a line each."""
    if not any(isinstance(handler, _Printing) for handler in print_logger.handlers):
        print_logger.addHandler(_Printing())
    print_logger.setLevel(logging.INFO)


@final
class _Printing(logging.Handler):
    """Writes to whatever standard output is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        sys.stdout.write(f"{self.format(record)}\n")
