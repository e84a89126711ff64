"""The compiled program: small enough to compile in seconds."""

from functools import partial

import jax
import numpy as np

from armwright.optimizer import Column, Observations, Problem, model, suggest
from armwright.optimizer.program import run


def test_the_program_stays_small(monkeypatch):
    """Compile time is linear in these lines, about 1.5 s per thousand on the machine measured."""
    asked, real = [], model.ask

    def noting(question, *, searches):
        asked.append(question)
        return real(question, searches=searches)

    monkeypatch.setattr(model, "ask", noting)
    data = Observations(x=np.array([[0.1, 0.2], [0.8, 0.4]]), y=np.array([1.0, 0.0]))
    suggest(Problem(columns=(Column(), Column())), data, seed=0)
    with jax.enable_x64(True):
        text = jax.jit(partial(run, searches=8)).lower(asked[0]).as_text()
    assert len(text.splitlines()) < 2500
    assert text.count("custom_call @lapack_dpotrf_ffi") == 2  # the fit's and the posterior's
