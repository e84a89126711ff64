"""Compiled programs, one per shape of the question, in memory and on disk."""

import pickle
import threading
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import serialize_executable

from armwright.optimizer.cache import Entry, entry_for
from armwright.optimizer.program import Answer, Question, run

__all__ = ["ask", "compile_count"]

_Program = Callable[[Question], Answer]
_Key = tuple[int, tuple[tuple[tuple[int, ...], str], ...]]

_programs: dict[_Key, _Program] = {}
_making = threading.Lock()

# What loading bytes that are whole, but not for this process after all, has been seen to raise.
_UNLOADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    RuntimeError,  # JaxRuntimeError and NotImplementedError are
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


def ask(question: Question, *, searches: int) -> Answer:
    """Runs the program for this question's shape, made first where it is new.

    Call it within `double_precision()` and `one_blas_thread()`. The answer holds NumPy arrays.
    """
    leaves = jax.tree.leaves(question)
    key = (searches, tuple((leaf.shape, leaf.dtype.str) for leaf in leaves))
    program = _programs.get(key)
    if program is None:
        with _making:
            program = _programs.get(key) or _make(key, question)
            _programs[key] = program
    answer: Answer = jax.tree.map(np.asarray, program(question))
    return answer


def compile_count() -> int:
    """Number of programs this process has compiled or loaded from disk: one per shape asked for."""
    return len(_programs)


def _make(key: _Key, question: Question) -> _Program:
    """Loads the program from disk, or compiles it and leaves it there."""
    with jax.default_device(_processor()):
        entry = entry_for(repr(key), device=_processor().device_kind)
        loaded = None if entry is None else _load(entry, question)
        if loaded is not None:
            return loaded
        return _compile(entry, question, key[0])


def _compile(entry: Entry | None, question: Question, searches: int) -> _Program:
    """Compiles the program and leaves it on disk."""
    compiled = jax.jit(partial(run, searches=searches)).lower(question).compile()
    if entry is not None:
        payload, _, _ = serialize_executable.serialize(compiled)
        entry.write(payload)
    return compiled


def _load(entry: Entry, question: Question) -> _Program | None:
    """The program of an entry after one run; None where it cannot be had."""
    payload = entry.read()
    if payload is None:
        return None
    # An executable that calls LAPACK crashes unless JAX has registered LAPACK (jax issue 28908),
    # which it does when it lowers any such call.
    jax.jit(jnp.linalg.cholesky).lower(np.eye(1))
    with entry.trying():
        try:
            program: _Program = serialize_executable.deserialize_and_load(
                payload,
                jax.tree.structure(((question,), {})),
                jax.tree.structure(Answer(*range(len(Answer._fields)))),
                backend=_processor().platform,
                execution_devices=[_processor()],
            )
            jax.tree.map(np.asarray, program(question))
        except _UNLOADABLE:
            return None
    return program


def _processor() -> jax.Device:
    """The CPU where JAX has one; programs of these sizes do not pay on an accelerator."""
    try:
        return jax.local_devices(backend="cpu")[0]
    except RuntimeError:  # the user's JAX is limited to other platforms
        return jax.local_devices()[0]
