"""The BLAS guard."""

import scipy.linalg.cython_lapack  # noqa: F401 (loads the BLAS that JAX borrows)
from threadpoolctl import threadpool_info, threadpool_limits

from armwright.optimizer.threads import one_blas_thread


def threads():
    return {
        info["filepath"]: info["num_threads"]
        for info in threadpool_info()
        if info["user_api"] == "blas"
    }


def test_every_blas_has_one_thread_inside_and_what_it_had_outside():
    with threadpool_limits(2, "blas"):
        before = threads()
        with one_blas_thread():
            assert set(threads().values()) == {1}
        assert threads() == before
