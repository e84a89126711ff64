"""What is packaged: every folder of ours, under the name it is imported by."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = {"armwright": "api", "armwright.store": "store", "armwright.optimizer": "optimizer"}
ROOMS["armwright.cli"] = "cli"
UNDER_SIGOPT = Path("cli/under_sigopt/__init__.py")


def test_every_folder_with_code_is_a_package_of_the_distribution():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = [
        ".".join((package, *path.parent.relative_to(ROOT / folder).parts))
        for package, folder in ROOMS.items()
        for path in (ROOT / folder).rglob("__init__.py")
        if path != ROOT / UNDER_SIGOPT
    ]
    assert (ROOT / UNDER_SIGOPT).exists()
    assert sorted(listed) == sorted([*found, "armwright.sigopt.cli"])
