"""Whether a folder lies on a disk of this machine alone, so that it loses its power with us."""

import os
import sys
from functools import lru_cache

__all__ = ["is_local_disk"]

# Whose files no other machine sees while we write them. What is layered over another file system,
# as overlay is, or runs in a process, as FUSE does, may pass them on to a server.
_LOCAL = frozenset({"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "tmpfs", "xfs"})


def is_local_disk(folder: str) -> bool:
    """Whether a folder is known to lie on such a disk; False where that cannot be told.

    Source: proc_pid_mountinfo(5); the third field is the device as `st_dev` has it.
    """
    if sys.platform != "linux":
        return False
    try:
        device = os.stat(folder).st_dev  # noqa: PTH116 once for each trial that is added
    except OSError:
        return False
    return _kind_of_device(device) in _LOCAL


@lru_cache(maxsize=64)
def _kind_of_device(device: int) -> str:
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:  # noqa: PTH123
            lines = mounts.readlines()
    except OSError:
        return ""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in lines:
        about, _, kind = line.partition(" - ")
        if about.split()[2] == wanted:
            return kind.split()[0]
    return ""  # btrfs gives each of its subvolumes a device that is in no list
