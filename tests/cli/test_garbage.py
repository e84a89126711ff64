"""The search for garbage is left out in our own short processes, and comes back in others'."""

import gc
import subprocess
import sys

import pytest

from armwright.cli.garbage import uncollected


def test_within_the_block_nothing_is_searched_and_after_it_all_is_as_before():
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off():
    gc.disable()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_error_brings_it_back():
    with pytest.raises(RuntimeError, match="inside"), uncollected():
        raise RuntimeError("inside")
    assert gc.isenabled()


def test_a_command_ends_without_a_last_search_and_what_it_printed_is_there():
    code = """
import atexit, gc, sys
atexit.register(lambda: print(gc.get_freeze_count() > 1000, file=sys.stderr))
from armwright.cli import main
main(["version"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.splitlines()[-1] == "True"
