"""Playing a transcript: the commands after `$ `, and under each what it should print on stdout."""

import os
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["commands_of", "plain", "play"]

_PROMPT = "$ "
# What no two runs have in common, and what stands for it.
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "2026-11-22T14:40:14.644Z"),
    (re.compile(r"\bby [\w.-]+\.\d+"), "by ada.1"),
    (re.compile(r"\b\d+\.\d s$", re.MULTILINE), "0.1 s"),
    (re.compile(r"late/[0-9A-Z]{26}"), "late/ID"),
    (re.compile(r" +$", re.MULTILINE), ""),
)
_HOME = "/home/ada"


def commands_of(text):
    """The commands of a text, each with what it should print."""
    found = []
    for line in text.splitlines():
        if line.startswith(_PROMPT):
            found.append((line.removeprefix(_PROMPT), []))
        elif found:
            found[-1][1].append(line)
    return [(command, "\n".join(lines).rstrip("\n")) for command, lines in found]


def play(commands, folder):
    """Runs the commands in a folder, in one shell's environment each.

    Returns:
        For each the command, what it should have printed and what it did, where they differ.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {key: item for key, item in os.environ.items() if not key.startswith("ARMWRIGHT_")}
    environ |= {"PATH": path, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config")}
    if "ARMWRIGHT_CACHE" in os.environ:
        environ["ARMWRIGHT_CACHE"] = os.environ["ARMWRIGHT_CACHE"]
    differences = []
    for command, expected in commands:
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        seen = done.stdout.rstrip("\n").replace(str(folder), _HOME)
        if "2>&1" not in command and done.returncode != 0:
            differences.append((command, "exit code 0", f"{done.returncode}: {done.stderr}"))
        elif plain(seen) != plain(expected):
            differences.append((command, expected, seen))
    return differences


def plain(text):
    """A text without what no two runs have in common."""
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text
