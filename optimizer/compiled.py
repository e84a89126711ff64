"""Compiled programs, one per kind and shape of the arguments, in memory and on disk.

There are five kinds: `teach` fits and conditions (`learning.learn`), `ask` scores and searches
(`program.run`); for some policies `draw` draws hyperparameters (`sampling.hyperparameter_draws`)
and `view` looks at the whole function (`outlook.joint`); `warp` learns how to warp inputs
(`input_warp`). What is needed after the first can be told
before (`expect`), so that they are loaded or compiled side by side.
"""

import pickle
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any, Generic, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import serialize_executable

from armwright.optimizer.cache import Entry, entry_for
from armwright.optimizer.device import device_for
from armwright.optimizer.input_warp import WarpLesson, learn_input_warp
from armwright.optimizer.lapack import load_lapack
from armwright.optimizer.learning import Learned, Lesson, learn
from armwright.optimizer.outlook import View, joint
from armwright.optimizer.posterior import posterior_like
from armwright.optimizer.precision import double_precision
from armwright.optimizer.program import Answer, Question, run
from armwright.optimizer.sampling import Drawing, hyperparameter_draws
from armwright.optimizer.shapes import Array, operand
from armwright.optimizer.threads import limit_new_libraries

__all__ = [
    "Wanted",
    "ask",
    "compile_count",
    "distinct",
    "draw",
    "expect",
    "make",
    "missing",
    "teach",
    "view",
    "warp",
]

Kind = Literal["learn", "search", "draw", "view", "warp"]
_Arguments = Lesson | Question | Drawing | View | WarpLesson
_Result = TypeVar("_Result")
_Call = Callable[[Any], Any]

# A kind of program, a number that is part of it (searches, draws), and arguments or their shapes.
Wanted = tuple[Kind, int, Any]
_Key = tuple[Kind, int, str, tuple[tuple[tuple[int, ...], str], ...]]

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


def draw(drawing: Drawing, *, count: int) -> Array:
    """Draws hyperparameters of one outcome, as logarithms; call it as the others."""
    drawn: Array = _program("draw", drawing, count)(drawing)
    return drawn


def view(asked: View) -> tuple[Array, Array, Array]:
    """Points where they count, their means and their covariance; call it as the others."""
    seen: tuple[Array, Array, Array] = _program("view", asked, 0)(asked)
    return seen


def warp(lesson: WarpLesson) -> Array:
    """Learns a warp of inputs, as logarithms of its parameters; call it as the others."""
    learned: Array = _program("warp", lesson, 0)(lesson)
    return learned


def expect(wanted: Sequence[Wanted]) -> None:
    """Begins to make later programs while the first one, which runs next, is made and runs.

    Nothing is computed with the arguments; anything that has their shapes will do.
    """
    first, *rest = (_program(kind, arguments, number) for kind, number, arguments in wanted)
    later = [program for program in rest if not program.ready]
    if later and not first.ready:
        threading.Thread(target=_make_all, args=(later,), name="armwright-compile").start()


def _make_all(programs: Sequence["_Program[Any]"]) -> None:
    for program in programs:
        program.make()


def compile_count(kind: Kind) -> int:
    """Number of programs of a kind this process has compiled or loaded: one per shape asked for."""
    return sum(key[0] == kind for key in _programs)


def distinct(wanted: Sequence[Wanted]) -> list[Wanted]:
    """The same programs, each once."""
    return list({id(_program(one[0], one[2], one[1])): one for one in wanted}.values())


def missing(wanted: Sequence[Wanted]) -> list[Wanted]:
    """The programs that are neither in memory nor on disk, with the shapes of their arguments."""
    programs = [
        (kind, number, _program(kind, arguments, number)) for kind, number, arguments in wanted
    ]
    return [
        (kind, number, program.shapes)
        for kind, number, program in programs
        if not program.is_at_hand
    ]


def make(kind: Kind, number: int, shapes: Any) -> None:
    """Loads or compiles a program without running it."""
    _program(kind, shapes, number).make()


def _program(kind: Kind, arguments: Any, number: int) -> "_Program[Any]":
    leaves = jax.tree.leaves(arguments)
    shapes = tuple((leaf.shape, leaf.dtype.str) for leaf in leaves)
    key = (kind, number, _device(arguments).platform, shapes)
    program = _programs.get(key)
    if program is None:
        with _registering:
            program = _programs.setdefault(key, _Program(key, arguments))
    return program


class _Program(Generic[_Result]):
    """One program, made by whichever thread needs it first."""

    def __init__(self, key: _Key, arguments: _Arguments) -> None:
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

    def __call__(self, arguments: _Arguments) -> _Result:
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

    def _first_call(self, arguments: _Arguments) -> _Result:
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


def _compile(entry: Entry | None, shapes: _Arguments, kind: Kind, number: int) -> _Call:
    """Compiles the program and leaves it on disk."""
    device = _device(shapes)
    functions: dict[Kind, Callable[..., Any]] = {
        "learn": partial(learn, batched=device.platform != "cpu"),
        "search": partial(run, searches=number),
        "draw": partial(hyperparameter_draws, count=number),
        "view": joint,
        "warp": learn_input_warp,
    }
    function = functions[kind]
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


def _load(entry: Entry, shapes: _Arguments, kind: Kind) -> _Call | None:
    """The program of an entry; None where it cannot be had."""
    payload = entry.read()
    if payload is None:
        return None
    if kind in ("learn", "draw", "warp"):
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


def _result_like(shapes: _Arguments) -> Any:
    """Something of the structure of the program's result."""
    if isinstance(shapes, Lesson):
        return Learned(0, 0, posterior_like(shapes.rows, shapes.draws))  # type: ignore[arg-type]
    if isinstance(shapes, Question):
        return Answer(*range(len(Answer._fields)))
    return 0 if isinstance(shapes, Drawing | WarpLesson) else (0, 0, 0)


def _initialize_lapack() -> None:
    """Lets programs from disk call LAPACK."""
    if not load_lapack():
        jax.jit(jnp.linalg.cholesky).lower(np.eye(1))


def _device(arguments: _Arguments) -> jax.Device:
    """Where the program for such arguments runs."""
    if isinstance(arguments, Question):
        return device_for(arguments.pending.shape[0])
    if isinstance(arguments, View):
        return device_for(arguments.aims.eligible.shape[0])
    return device_for(arguments.rows.features.shape[0])
