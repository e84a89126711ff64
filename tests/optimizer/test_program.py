"""The compiled programs: small enough to compile in seconds."""

from functools import partial

import jax
import numpy as np

from armwright.optimizer import Column, Observations, Problem, compiled, model, suggest
from armwright.optimizer.learning import learn
from armwright.optimizer.program import run


def test_the_programs_stay_small(monkeypatch):
    """Compile time is linear in these lines, about 1.5 s per thousand on the machine measured."""
    lessons, questions = [], []

    def noting_lesson(lesson):
        lessons.append(lesson)
        return compiled.teach(lesson)

    def noting_question(question, *, searches):
        questions.append(question)
        return compiled.ask(question, searches=searches)

    monkeypatch.setattr(model, "teach", noting_lesson)
    monkeypatch.setattr(model, "ask", noting_question)
    data = Observations(x=np.array([[0.1, 0.2], [0.8, 0.4]]), y=np.array([1.0, 0.0]))
    suggest(Problem(columns=(Column(), Column())), data, seed=0)
    with jax.enable_x64(True):
        fit = jax.jit(learn).lower(lessons[0]).as_text()
        search = jax.jit(partial(run, searches=8)).lower(questions[0]).as_text()
    assert len(fit.splitlines()) < 1200
    # The fit's and the posterior's; newer versions of jax write what is equal once.
    assert 1 <= fit.count("custom_call @lapack_dpotrf_ffi") <= 2
    assert len(search.splitlines()) < 1400
    assert "custom_call" not in search
    for text in (fit, search):  # or GPUs would round float32 operands, and distances go negative
        products = [line for line in text.splitlines() if "stablehlo.dot_general" in line]
        assert products
        assert all("HIGHEST" in line for line in products)
