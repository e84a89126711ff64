"""Makes the README's pictures: runs the quickstart's experiment, and photographs what it gives.

Needs chromium. The experiment stays in build/pictures, so that a second run only photographs; its
times are those of this machine, all else is decided by the seed.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
from pathlib import Path

from chromium import READY, Chromium, Page

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "pictures"
PICTURES = ROOT / "docs" / "pictures"
MOST = 150_000  # bytes of a picture
BOX = """(([first, last]) => {
  const [a, b] = [first, last].map((name) => document.querySelector(name).getBoundingClientRect());
  const [left, top, end] = [a.left + scrollX - 16, a.top + scrollY - 16, b.bottom + scrollY + 8];
  return [Math.max(left, 0), Math.max(top, 0), a.width + 32, end - Math.max(top, 0)];
})"""
TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #17181a; color: #e8e8e6; }
pre { margin: 0; padding: 16px; width: max-content; font: 14px/1.25 "DejaVu Sans Mono", monospace; }
</style><pre>"""


def main() -> None:
    """Runs the experiment once, and takes the pictures."""
    WORK.mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    experiment = WORK / "runs" / "digits"
    if not (WORK / "complete").exists():
        run("digits.py", WORK / "runs", "--seed", "7")
        (WORK / "complete").touch()
    page, terminal = WORK / "digits.html", WORK / "terminal.html"
    command("summary", experiment, "-o", page)
    told = []
    for kind, *options in (["trace"], ["slice", "--parameter", "gamma"]):
        said = command("plot", kind, experiment, *options)
        told.append(f"$ armwright plot {' '.join([kind, 'runs/digits', *options])}\n{said}")
    terminal.write_text(TERMINAL + html.escape("\n".join(told)) + "</pre>", encoding="utf-8")
    with Chromium() as browser:
        shown = browser.open(page, width=1080)
        shown.evaluate(READY)
        photograph(shown, "page.png", "header", "#trace figure")
        photograph(shown, "model.png", "#slice", "#contour figure")
        loaded = [where for where in shown.requests if not where.startswith(("file:", "data:"))]
        if shown.words or loaded:
            sys.exit(f"the page complains or loads something: {shown.words} {loaded}")
        photograph(browser.open(terminal, width=1080), "terminal.png", "pre", "pre")


def photograph(page: Page, name: str, first: str, last: str) -> None:
    """Takes a picture from the top of one element to the end of another."""
    left, top, width, height = page.evaluate(f"{BOX}([{first!r}, {last!r}])")
    file = PICTURES / name
    page.screenshot(file, box=(left, top, width, height))
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {width:.0f} x {height:.0f}, {size / 1000:.0f} kB")
    if size > MOST:
        sys.exit(f"{name} is larger than {MOST / 1000:.0f} kB")


def run(script: str, *words: object) -> None:
    """Runs one of our scripts, visibly."""
    place = Path(__file__).with_name(script)
    subprocess.run([sys.executable, place, *map(str, words)], check=True)


def command(*words: object) -> str:
    """What the command `armwright` prints, in a terminal of 80 letters."""
    environ = {**os.environ, "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "armwright.cli", *map(str, words)],
        check=True,
        capture_output=True,
        text=True,
        env=environ,
    )
    return done.stdout


if __name__ == "__main__":
    main()
