"""A person at a terminal: a tmux session that types commands and reads the screen."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["Terminal"]

_WIDTH, _LINES = 250, 5000
_LONGEST_S = 300


class Terminal:
    """A shell in a tmux session of a server of its own, which ends with the block.

    Args:
        folder: Where the shell starts; also its home.
        name: Of the server's socket.
    """

    def __init__(self, folder, name):
        self._folder, self._name = folder, name
        self._asked = 0

    @staticmethod
    def missing():
        """Why there can be none here; empty where there can."""
        return "" if shutil.which("tmux") else "tmux is not installed: apt-get install tmux"

    def __enter__(self):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("ARMWRIGHT_", "TMUX"))}
        environ |= {"PATH": path, "HOME": str(self._folder), "TERM": "xterm-256color"}
        if "ARMWRIGHT_CACHE" in os.environ:
            environ["ARMWRIGHT_CACHE"] = os.environ["ARMWRIGHT_CACHE"]
        config = self._folder / ".tmux.conf"
        config.write_text(f"set -g history-limit {_LINES}\nset -g status off\n", encoding="utf-8")
        size = ("-x", str(_WIDTH), "-y", "50")
        shell = "env PS1= bash --norc --noprofile"
        self._tmux(
            *("-f", config, "new-session", "-d", *size, "-c", self._folder, shell), env=environ
        )
        return self

    def __exit__(self, *_):
        self._tmux("kill-server", check=False)

    def type(self, command, *, until="", key=""):
        """Types a command; returns the lines that it left on the screen, and its exit code.

        Args:
            command: The words.
            until: What a line begins with upon which a key is pressed.
            key: Which, as tmux names it.

        Raises:
            TimeoutError: It does not end.
        """
        self._asked += 1
        mark = f"ended-{self._asked}"
        self._tmux("clear-history")
        self._tmux("send-keys", "clear", "Enter")
        # The mark is not on the screen before the command has ended: it is typed in two parts.
        self._tmux("send-keys", "-l", f'{command}; echo "ended"-{self._asked} $?')
        self._tmux("send-keys", "Enter")
        deadline = time.monotonic() + _LONGEST_S
        while time.monotonic() < deadline:
            lines = self._screen()
            if until and any(line.startswith(until) for line in lines):
                self._tmux("send-keys", key)
                until = ""
            for place, line in enumerate(lines):
                if line.startswith(f"{mark} "):
                    began = max(i for i, text in enumerate(lines[:place]) if self._echo in text)
                    return lines[began + 1 : place], int(line.split()[1])
            time.sleep(0.1)
        raise TimeoutError(f"{command}\n" + "\n".join(self._screen()))

    @property
    def _echo(self):
        return f'echo "ended"-{self._asked} $?'

    def _screen(self):
        done = self._tmux("capture-pane", "-p", "-J", "-S", f"-{_LINES}")
        return [line.rstrip() for line in done.stdout.splitlines()]

    def _tmux(self, *words, check=True, env=None):
        return subprocess.run(
            ["tmux", "-L", self._name, *map(str, words)],  # noqa: S607
            env=env,
            capture_output=True,
            text=True,
            check=check,
            timeout=200,
        )
