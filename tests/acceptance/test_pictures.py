"""The pictures that the README shows are there, small, and described for those who cannot see."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_shows_the_page_the_model_and_the_terminal():
    assert [Path(path).name for _, path in NAMED] == ["page.png", "model.png", "terminal.png"]


def test_each_picture_is_there_and_small():
    for _, path in NAMED:
        body = (ROOT / path).read_bytes()
        assert body.startswith(b"\x89PNG"), path
        assert len(body) < 150_000, path


def test_each_picture_says_in_words_what_it_shows():
    assert all(len(words.split()) > 5 for words, _ in NAMED)


def test_no_picture_is_left_that_nobody_shows():
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/pictures").iterdir()}
    assert there == {path for _, path in NAMED}
