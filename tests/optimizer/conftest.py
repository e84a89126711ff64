"""Checks every array shape of the optimizer while its tests run, and keeps their cache apart."""

import os
import sys
import tempfile

import jax
import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

settings.register_profile("optimizer", deadline=None, derandomize=True)
settings.load_profile("optimizer")

# A whole number is a float where one is asked for, as in PEP 484.
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"

# Where other tests have loaded the optimizer already it stays unchecked, and works the same.
if "armwright.optimizer" not in sys.modules:
    with install_import_hook("armwright.optimizer", CHECKER):
        import armwright.optimizer
        import armwright.optimizer.compiled
        import armwright.optimizer.suggestion

        assert armwright.optimizer.compile_count() == 0


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
def _strict_types():
    """No silent mixing of float32 and float64, or of whole numbers and floats."""
    with jax.numpy_dtype_promotion("strict"):
        yield


@pytest.fixture
def float64():
    """Double precision for tests that call JAX functions directly."""
    with jax.enable_x64(True):
        yield
