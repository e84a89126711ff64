"""Keeps the cache of the optimizer's tests apart, and their numbers strict."""

import os
import tempfile
import threading

import jax
import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache():
    """A cache folder of this run's own: what users have compiled is neither used nor touched."""
    before = os.environ.get("ARMWRIGHT_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ARMWRIGHT_CACHE"] = folder
        yield
        if before is None:
            del os.environ["ARMWRIGHT_CACHE"]
        else:
            os.environ["ARMWRIGHT_CACHE"] = before


@pytest.fixture(autouse=True)
def _nothing_compiles_after_a_test():
    """The next one may count what is compiled."""
    yield
    for thread in threading.enumerate():
        if thread.name == "armwright-compile":
            thread.join()


@pytest.fixture(autouse=True)
def _strict_types():
    """No silent mixing of float32 and float64, or of whole numbers and floats."""
    with jax.numpy_dtype_promotion("strict"):
        yield


@pytest.fixture
def float64():
    """Double precision for tests that call JAX functions directly."""
    with jax.enable_x64(True):
        yield


@pytest.fixture
def rng():
    """Draws of this test's own: those of a module would depend on which tests ran before."""
    return np.random.default_rng(0)
