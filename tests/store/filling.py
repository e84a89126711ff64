"""Copying what a test begins with to wherever it runs."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from armwright.store.location import locate_root
from armwright.store.posix import PosixFiles

__all__ = ["fill"]


def fill(template, root):
    """Copies a folder to an empty root."""
    place = locate_root(root)
    if isinstance(place.files, PosixFiles):
        shutil.copytree(template, place.path)
        return
    paths = [path for path in template.rglob("*") if path.is_file()]
    targets = [place.join(path.relative_to(template).as_posix()) for path in paths]
    bodies = [path.read_bytes() for path in paths]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(place.files.overwrite, targets, bodies))
