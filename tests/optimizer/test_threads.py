"""The BLAS guard."""

import json
import os
import subprocess
import sys
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
    meet = Barrier(2, timeout=200)
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


def test_a_blas_that_is_loaded_inside_is_limited_too_and_released_after():
    code = """
import json, numpy
from threadpoolctl import threadpool_info
from armwright.optimizer.threads import limit_new_libraries, one_blas_thread
threads = lambda: [i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"]
with one_blas_thread():
    before = threads()
    import scipy.linalg.cython_lapack
    limit_new_libraries()
    inside = threads()
print(json.dumps([before, inside, threads()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    before, inside, after = json.loads(done.stdout)
    assert len(inside) > len(before)
    assert set(inside) == {1}
    assert set(after) == {2}
