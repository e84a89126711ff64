"""Compiled programs, one per kind and shape of the arguments, in memory and on disk.

There are two kinds: `teach` fits and conditions (`learning.learn`), `ask` scores and searches
(`program.run`). What is needed after the first can be told before (`expect`), so that both are
loaded or compiled side by side.
"""

import pickle
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, Generic, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import serialize_executable

from armwright.optimizer.cache import Entry, entry_for
from armwright.optimizer.device import device_for
from armwright.optimizer.lapack import load_lapack
from armwright.optimizer.learning import Learned, Lesson, learn
from armwright.optimizer.posterior import posterior_like
from armwright.optimizer.precision import double_precision
from armwright.optimizer.program import Answer, Question, run
from armwright.optimizer.shapes import operand
from armwright.optimizer.threads import limit_new_libraries

__all__ = ["ask", "compile_count", "expect", "make", "missing", "teach"]

_Result = TypeVar("_Result", Learned, Answer)
_Call = Callable[[Any], Any]
_Key = tuple[str, int, str, tuple[tuple[tuple[int, ...], str], ...]]

_programs: dict[_Key, "_Program[Any]"] = {}
_registering = threading.Lock()
_LONGEST_WAIT = 30.0  # seconds for what another process compiles

# Without these code generators compiling takes two thirds of the time; programs run as fast.
_QUICKER: dict[str, str | bool] = {"xla_cpu_use_fusion_emitters": False}

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


def teach(lesson: Lesson) -> Learned:
    """Fits and conditions. The posterior stays with JAX, the rest are NumPy arrays.

    Call it within `double_precision()` and `one_blas_thread()`.
    """
    learned: Learned = _program("learn", lesson, 0)(lesson)
    return learned._replace(
        log_hyperparameters=operand(np.asarray(learned.log_hyperparameters)),
        energy=operand(np.asarray(learned.energy)),
    )


def ask(question: Question, *, searches: int) -> Answer:
    """Scores and searches. The answer holds NumPy arrays.

    Call it within `double_precision()` and `one_blas_thread()`.
    """
    answer: Answer = jax.tree.map(np.asarray, _program("search", question, searches)(question))
    return answer


def expect(lesson: Lesson, question: Question, *, searches: int) -> None:
    """Begins to make the second program while the first one, taught next, is made and runs.

    Nothing is computed with the arguments; anything that has their shapes will do.
    """
    search = _program("search", question, searches)
    if not (search.ready or _program("learn", lesson, 0).ready):
        threading.Thread(target=search.make, name="armwright-compile").start()


def compile_count(kind: Literal["learn", "search"]) -> int:
    """Number of programs of a kind this process has compiled or loaded: one per shape asked for."""
    return sum(key[0] == kind for key in _programs)


def missing(
    lesson: Lesson, question: Question | None, *, searches: int
) -> list[tuple[str, int, Any]]:
    """The programs for arguments like these that are neither in memory nor on disk.

    As `make` and `compiling.compile_elsewhere` take them: kind, searches, shapes.
    """
    wanted = [("learn", 0, _program("learn", lesson, 0))]
    if question is not None:
        wanted.append(("search", searches, _program("search", question, searches)))
    return [
        (kind, number, program.shapes) for kind, number, program in wanted if not program.is_at_hand
    ]


def make(kind: str, searches: int, shapes: Lesson | Question) -> None:
    """Loads or compiles a program without running it."""
    _program(kind, shapes, searches).make()


def _program(kind: str, arguments: Lesson | Question, searches: int) -> "_Program[Any]":
    leaves = jax.tree.leaves(arguments)
    shapes = tuple((leaf.shape, leaf.dtype.str) for leaf in leaves)
    key = (kind, searches, _device(arguments).platform, shapes)
    program = _programs.get(key)
    if program is None:
        with _registering:
            program = _programs.setdefault(key, _Program(key, arguments))
    return program


class _Program(Generic[_Result]):
    """One program, made by whichever thread needs it first."""

    def __init__(self, key: _Key, arguments: Lesson | Question) -> None:
        self._key = key
        self.shapes = jax.tree.map(
            lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype),  # type: ignore[no-untyped-call]
            arguments,
        )
        self._lock = threading.Lock()
        self._call: _Call | None = None
        self._untried: Entry | None = None

    @property
    def is_at_hand(self) -> bool:
        """Whether it can be had without compiling, as far as one can tell without loading it."""
        entry = self.entry
        return self._call is not None or (entry is not None and entry.path.exists())

    @property
    def entry(self) -> Entry | None:
        """Where it is kept on disk; None where that is turned off, and for accelerators."""
        device = _device(self.shapes)
        if device.platform != "cpu":
            return None
        return entry_for(repr(self._key), device=device.device_kind)

    @property
    def ready(self) -> bool:
        """Whether it is made, or being made."""
        return self._call is not None or self._lock.locked()

    def __call__(self, arguments: Lesson | Question) -> _Result:
        call = self._call or self.make()
        if self._untried is not None:
            with self._lock:
                if self._untried is not None:
                    return self._first_call(arguments)
        result: _Result = call(arguments)
        return result

    def make(self) -> _Call:
        """Loads the program from disk, or compiles it and leaves it there."""
        with self._lock, double_precision():
            if self._call is None:
                entry = self.entry
                self._call = None if entry is None else _load(entry, self.shapes, self._key[0])
                self._untried = entry if self._call else None
                if self._call is None and entry is not None and _awaited(entry):
                    self._call = _load(entry, self.shapes, self._key[0])
                    self._untried = entry if self._call else None
                if self._call is None:
                    self._call = _compile(entry, self.shapes, *self._key[:2])
                limit_new_libraries()
            return self._call

    def _first_call(self, arguments: Lesson | Question) -> _Result:
        """Runs what came from disk for the first time; compiles it where that fails."""
        entry, self._untried = self._untried, None
        assert entry is not None  # noqa: S101 - the caller looked
        assert self._call is not None  # noqa: S101 - it is what is untried
        result: _Result
        with entry.trying():
            try:
                result = jax.block_until_ready(self._call(arguments))  # type: ignore[no-untyped-call]
            except _UNLOADABLE:
                self._call = _compile(entry, self.shapes, *self._key[:2])
                result = self._call(arguments)
        return result


def _compile(entry: Entry | None, shapes: Lesson | Question, kind: str, searches: int) -> _Call:
    """Compiles the program and leaves it on disk."""
    device = _device(shapes)
    is_cpu = device.platform == "cpu"
    function: Callable[..., Any] = partial(run, searches=searches)
    if kind == "learn":
        function = partial(learn, batched=not is_cpu)
    with nullcontext() if entry is None else entry.making(), jax.default_device(device):
        lowered = jax.jit(function).lower(shapes)
        try:
            compiled = lowered.compile(compiler_options=_QUICKER)
        except (RuntimeError, ValueError):  # a version that does not know them
            compiled = lowered.compile()
        if entry is not None:
            payload, _, _ = serialize_executable.serialize(compiled)
            entry.write(payload)
    return compiled


def _awaited(entry: Entry) -> bool:
    """Waits for another process that is making the entry; whether there was one."""
    begun, waited = time.monotonic(), False
    while entry.is_being_made and time.monotonic() - begun < _LONGEST_WAIT:
        waited = True
        time.sleep(0.02)
    return waited


def _load(entry: Entry, shapes: Lesson | Question, kind: str) -> _Call | None:
    """The program of an entry; None where it cannot be had."""
    payload = entry.read()
    if payload is None:
        return None
    if kind == "learn":
        _initialize_lapack()
    with entry.trying():
        try:
            program: _Call = serialize_executable.deserialize_and_load(
                payload,
                jax.tree.structure(((shapes,), {})),
                jax.tree.structure(_result_like(shapes)),
                backend="cpu",
                execution_devices=[_device(shapes)],
            )
        except _UNLOADABLE:
            return None
    return program


def _result_like(shapes: Lesson | Question) -> Any:
    """Something of the structure of the program's result."""
    if isinstance(shapes, Lesson):
        return Learned(0, 0, posterior_like(shapes.rows, shapes.draws))  # type: ignore[arg-type]
    return Answer(*range(len(Answer._fields)))


def _initialize_lapack() -> None:
    """Lets programs from disk call LAPACK."""
    if not load_lapack():
        jax.jit(jnp.linalg.cholesky).lower(np.eye(1))


def _device(arguments: Lesson | Question) -> jax.Device:
    """Where the program for such arguments runs."""
    if isinstance(arguments, Lesson):
        return device_for(arguments.rows.features.shape[0])
    return device_for(arguments.pending.shape[0])
