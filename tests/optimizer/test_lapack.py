"""JAX's LAPACK: loaded without the rest of SciPy, which later importers find whole."""

import json
import subprocess
import sys
import threading

import pytest

from armwright.optimizer import lapack


def printed(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_lapack_comes_without_the_package_around_it():
    found = printed("""
import json, sys
from armwright.optimizer.lapack import lapack_is_loaded, load_lapack
before = lapack_is_loaded()
done = load_lapack()
print(json.dumps([before, done, lapack_is_loaded(), "scipy.linalg" in sys.modules]))
""")
    assert found == [False, True, True, False]


def test_scipy_is_whole_for_whoever_imports_it_later():
    before, found = printed("""
import json, sys
import numpy as np
from armwright.optimizer.lapack import load_lapack
load_lapack()
left = [name for name in sys.modules if name.startswith("scipy.linalg")]
import scipy.linalg.cython_lapack
a = np.array([[4.0, 2.0], [2.0, 5.0]])
print(json.dumps([left, [
    scipy.linalg.cython_lapack is sys.modules["scipy.linalg.cython_lapack"],
    len(scipy.linalg.cython_blas.__pyx_capi__) > 100,
    scipy.linalg.cholesky(a, lower=True).tolist(),
]]))
""")
    assert before == []
    assert found == [True, True, [[2.0, 0.0], [1.0, 2.0]]]


def test_where_the_files_cannot_be_had_scipy_is_imported_as_ever():
    found = printed("""
import json, sys
from armwright.optimizer import lapack
lapack.PathFinder = type("Nothing", (), {"find_spec": staticmethod(lambda *where: None)})
print(json.dumps([lapack.load_lapack(), "scipy.linalg" in sys.modules]))
""")
    assert found == [True, True]


def test_a_jaxlib_that_works_otherwise_is_left_to_do_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jaxlib.lapack", None)
    assert not lapack.load_lapack()


@pytest.mark.parametrize("error", [AttributeError, TypeError])
def test_a_call_that_fails_is_left_to_jax(monkeypatch, error):
    from jaxlib import lapack as theirs

    def failing(*_):
        raise error("another signature")

    monkeypatch.setattr(theirs, "prepare_lapack_call", failing)
    assert not lapack.load_lapack()


def test_one_thread_at_a_time_puts_the_modules_there_and_takes_them_away(monkeypatch):
    from jaxlib import lapack as theirs

    inside, others = [], []

    def asked(*_):
        inside.append(threading.current_thread())
        if not others:
            others.append(threading.Thread(target=lapack.load_lapack))
            others[0].start()
            others[0].join(0.3)  # it comes no further
            assert len(inside) == 1

    monkeypatch.setattr(theirs, "prepare_lapack_call", asked)
    lapack.load_lapack()
    others[0].join()
    assert inside == [threading.current_thread(), others[0]]
