"""The cache on disk: used where it can be, never in the way."""

import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from armwright.optimizer import Column, Observations, Problem, compiled, suggest
from armwright.optimizer.cache import Entry, cache_folder

PROBLEM = Problem(columns=(Column(), Column()))
DATA = Observations(x=np.array([[0.1, 0.2], [0.8, 0.4], [0.5, 0.9]]), y=np.array([1.0, 0.0, 2.0]))


@pytest.fixture
def compiled_entry(monkeypatch):
    """Forgets the programs in memory; gives the entry of PROBLEM's search, and its answer."""
    first = suggest(PROBLEM, DATA, seed=0).values
    monkeypatch.setattr(compiled, "_programs", {})
    entries, load = {}, compiled._load

    def noting(entry, shapes, kind):
        entries[kind] = entry
        return load(entry, shapes, kind)

    monkeypatch.setattr(compiled, "_load", noting)
    suggest(PROBLEM, DATA, seed=0)
    monkeypatch.setattr(compiled, "_programs", {})
    return entries["search"], first


@pytest.fixture
def compiles(monkeypatch):
    """Counts real compilations."""
    counted = []
    real = compiled._compile

    def counting(*arguments):
        counted.append(1)
        return real(*arguments)

    monkeypatch.setattr(compiled, "_compile", counting)
    return counted


def test_a_program_from_disk_gives_the_same_bits_without_compiling(compiled_entry, compiles):
    _, first = compiled_entry
    np.testing.assert_array_equal(suggest(PROBLEM, DATA, seed=0).values, first)
    assert compiles == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[: len(content) // 2], marks=pytest.mark.slow),
        pytest.param(lambda _: b"", marks=pytest.mark.slow),
        lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:],
        pytest.param(lambda _: b"not a program of ours", marks=pytest.mark.slow),
    ],
    ids=["torn", "empty", "one bit", "foreign"],
)
def test_a_damaged_entry_means_compiling_again_and_is_replaced(compiled_entry, compiles, damage):
    entry, first = compiled_entry
    entry.path.write_bytes(damage(entry.path.read_bytes()))
    np.testing.assert_array_equal(suggest(PROBLEM, DATA, seed=0).values, first)
    assert compiles == [1]
    assert entry.read() is not None


@pytest.mark.slow
def test_whole_bytes_that_are_no_program_mean_compiling_again(compiled_entry, compiles):
    entry, first = compiled_entry
    entry.write(b"whole, but no program")
    np.testing.assert_array_equal(suggest(PROBLEM, DATA, seed=0).values, first)
    assert compiles == [1]


@pytest.mark.slow
def test_an_entry_others_may_write_is_not_trusted(compiled_entry, compiles):
    entry, _ = compiled_entry
    entry.path.chmod(0o666)
    suggest(PROBLEM, DATA, seed=0)
    assert compiles == [1]


def test_an_entry_that_crashed_a_process_is_not_tried_again(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from armwright.optimizer.cache import Entry\n"
        "entry = Entry(Path(sys.argv[1]) / 'x.program'); entry.write(b'content')\n"
        "block = entry.trying(); block.__enter__(); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    entry = Entry(tmp_path / "x.program")
    assert entry.path.exists()
    assert entry.read() is None  # and the mark is cleared, so that a new entry gets its chance
    entry.write(b"again")
    with entry.trying():
        assert entry.read() == b"again"
    assert [path.name for path in tmp_path.iterdir()] == ["x.program"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_left_alone(tmp_path):
    tmp_path.chmod(0o500)
    entry = Entry(tmp_path / "below" / "x.program")
    entry.write(b"content")
    assert entry.read() is None


def test_a_folder_that_cannot_exist_is_left_alone(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    entry = Entry(tmp_path / "file" / "x.program")
    entry.write(b"content")
    with entry.trying():
        assert entry.read() is None


@pytest.mark.parametrize(
    ("chosen", "base", "expected"),
    [
        ("off", "/base", None),
        ("/mine", "/base", "/mine"),
        ("", "/base", "/base/armwright"),
        ("", "", "/home/me/.cache/armwright"),
    ],
)
def test_the_folder_is_the_users_choice(monkeypatch, chosen, base, expected):
    monkeypatch.setenv("ARMWRIGHT_CACHE", chosen)
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    monkeypatch.setenv("HOME", "/home/me")
    folder = cache_folder()
    assert expected == (None if folder is None else str(folder))


@pytest.mark.slow
def test_options_that_a_compiler_does_not_know_are_left_out(compiled_entry, compiles, monkeypatch):
    entry, first = compiled_entry
    entry.path.unlink()
    monkeypatch.setattr(compiled, "_QUICKER", {"xla_no_such_option": True})
    np.testing.assert_allclose(suggest(PROBLEM, DATA, seed=0).values, first, atol=1e-6)
    assert compiles == [1]


@pytest.mark.usefixtures("compiled_entry")
def test_the_users_jax_stays_as_it_was():
    before = dict(jax.config.values)
    suggest(PROBLEM, DATA, seed=0)
    assert dict(jax.config.values) == before
    assert jax.numpy.asarray(np.ones(2)).dtype == np.float32
