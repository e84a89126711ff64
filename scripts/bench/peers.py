"""A virtual environment of their own for the libraries that benchmarks compare with.

The product depends on none of them.
"""

import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["peer_python"]

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / ".venv-peers"


def peer_python(*packages: str) -> Path:
    """Returns a Python interpreter that has `packages` from PyPI; makes it at the first call."""
    python = FOLDER / "bin" / "python"
    if not python.exists():
        print(f"making {FOLDER}", file=sys.stderr)
        venv.EnvBuilder(with_pip=True, symlinks=True).create(FOLDER)
    missing = [name for name in packages if not _has(python, name)]
    if missing:
        print(f"installing {', '.join(missing)} into {FOLDER}", file=sys.stderr)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *missing], check=True)
    return python


def _has(python: Path, package: str) -> bool:
    code = "import importlib.metadata as m, sys; m.version(sys.argv[1])"
    done = subprocess.run([str(python), "-c", code, package], capture_output=True, check=False)
    return done.returncode == 0
