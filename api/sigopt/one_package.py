"""Keeps this package one, where a program puts it into `sys.modules` under a name of its own.

After `sys.modules["sigopt"] = armwright.sigopt`, Python would load every part of the package a
second time for `import sigopt.anything`, with classes of their own, which nothing of ours is.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["one_under_all_names"]


def one_under_all_names(target: str) -> None:
    """Finds the parts of a package under each name that it has in `sys.modules`, now and later.

    Args:
        target: The package.
    """
    if not any(isinstance(known, _Shared) and known.target == target for known in sys.meta_path):
        sys.meta_path.insert(0, _Shared(target))


@final
class _Shared:
    """A finder of modules; it is no subclass of one, as that would load much."""

    def __init__(self, target: str) -> None:
        self.target = target

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        name = fullname.partition(".")[0]
        package = sys.modules.get(self.target)
        if package is None or sys.modules.get(name) is not package:
            return None
        from armwright.aliases.renamed import renamed

        return renamed(name, self.target).find_spec(fullname, path, target)
