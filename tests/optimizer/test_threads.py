"""The BLAS guard."""

from threading import Barrier, Thread

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


def test_threads_that_overlap_leave_what_was_set():
    meet = Barrier(2, timeout=30)
    inside = []

    def work(*, first_out):
        with one_blas_thread():
            meet.wait()
            inside.append(set(threads().values()))
            if not first_out:
                meet.wait()
        if first_out:
            meet.wait()

    with threadpool_limits(2, "blas"):
        before = threads()
        workers = [Thread(target=work, kwargs={"first_out": first}) for first in (True, False)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert inside == [{1}, {1}]
        assert threads() == before
