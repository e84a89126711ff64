"""One package under a second name, with everything in it."""

from __future__ import annotations

import importlib
import sys
from importlib.abc import InspectLoader, Loader, MetaPathFinder
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

__all__ = ["alias", "commands", "folder", "renamed"]


def folder() -> str:
    """The folder to put on Python's path, so that `ax` and `sigopt` are found in it."""
    return str(Path(__file__).parent)


def commands() -> str:
    """The folder to put last on the shell's path, so that `sigopt` is found in it."""
    return str(Path(__file__).parent / "commands")


def alias(name: str, target: str) -> None:
    """Makes `import <name>` and `import <name>.anything` mean a package and what is in it.

    The modules are the same objects under both names, so classes and errors are the same too.

    Args:
        name: The other name.
        target: The package.
    """
    sys.meta_path.insert(0, renamed(name, target))
    sys.modules[name] = importlib.import_module(target)


def renamed(name: str, target: str) -> MetaPathFinder:
    """What finds the parts of a package under another name.

    Args:
        name: The other name.
        target: The package.
    """
    return _Renamed(name, target)


@final
class _Renamed(MetaPathFinder):
    """Finds the parts of a package under another name."""

    def __init__(self, name: str, target: str) -> None:
        self._name, self._target = name, target

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        del path, target
        if not fullname.startswith(f"{self._name}."):
            return None
        real = self._target + fullname[len(self._name) :]
        try:
            found = find_spec(real)
        except ModuleNotFoundError:  # what it would lie in is no package
            found = None
        if found is None:
            return None
        is_package = found.submodule_search_locations is not None
        return spec_from_loader(fullname, _Same(real), is_package=is_package)


@final
class _Same(Loader):
    """Loads a module by importing it under its own name."""

    def __init__(self, real: str) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> None:
        """See `importlib.abc.Loader.create_module`."""

    def get_code(self, name: str) -> CodeType | None:
        """What `python -m` runs."""
        del name
        found = find_spec(self._real)
        loader = None if found is None else found.loader
        return loader.get_code(self._real) if isinstance(loader, InspectLoader | _Same) else None

    def exec_module(self, module: ModuleType) -> None:
        """See `importlib.abc.Loader.exec_module`."""
        assert module.__spec__ is not None  # noqa: S101 - the import system has set it
        sys.modules[module.__spec__.name] = importlib.import_module(self._real)
