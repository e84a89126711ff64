"""Where programs run: on the CPU here, and what is said where a GPU is asked for in vain."""

import jax
import numpy as np
import pytest

from armwright.optimizer import Column, Observations, Problem, model, suggest
from armwright.optimizer import compiled as compiled_module
from armwright.optimizer.device import device_for
from armwright.optimizer.learning import learn

HAS_GPU = jax.default_backend() == "gpu"


def test_few_rows_are_for_the_cpu():
    assert device_for(999).platform == "cpu"


@pytest.mark.skipif(HAS_GPU, reason="there is a GPU")
def test_without_a_gpu_many_rows_are_for_the_cpu_too(monkeypatch):
    assert device_for(10**6).platform == "cpu"
    monkeypatch.setenv("ARMWRIGHT_DEVICE", "gpu")
    with pytest.raises(ValueError, match="ARMWRIGHT_DEVICE is gpu, and JAX has none"):
        device_for(10)


@pytest.mark.skipif(not HAS_GPU, reason="there is no GPU")
def test_many_rows_are_for_the_gpu_unless_told_otherwise(monkeypatch):
    assert device_for(1000).platform == "gpu"
    monkeypatch.setenv("ARMWRIGHT_GPU_ROWS", "2000")
    assert device_for(1000).platform == "cpu"
    monkeypatch.setenv("ARMWRIGHT_DEVICE", "gpu")
    assert device_for(1).platform == "gpu"


@pytest.mark.parametrize(
    ("name", "value"),
    [("ARMWRIGHT_DEVICE", "tpu"), ("ARMWRIGHT_GPU_ROWS", "many"), ("ARMWRIGHT_GPU_ROWS", "-1")],
)
def test_settings_that_mean_nothing_are_refused(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"{name}: expected"):
        device_for(10)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_side_by_side_gives_what_one_after_the_other_does(monkeypatch):
    lessons = []

    def noting(lesson):
        lessons.append(lesson)
        return compiled_module.teach(lesson)

    monkeypatch.setattr(model, "teach", noting)
    x = np.random.default_rng(0).random((12, 2))
    data = Observations(x=x, y=np.sin(6 * x).sum(axis=1))
    suggest(Problem(columns=(Column(), Column())), data, seed=0)
    lesson, side_by_side = lessons[0], jax.jit(lambda one: learn(one, batched=True))
    in_turn, together = jax.jit(learn)(lesson), side_by_side(lesson)
    np.testing.assert_allclose(together.energy, in_turn.energy, rtol=1e-9)
    for name in ("alpha", "means", "inverse"):
        one, other = (getattr(some.posterior, name) for some in (together, in_turn))
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    nothing = lesson._replace(fits=np.zeros(1, np.int32))
    in_turn, together = jax.jit(learn)(nothing), side_by_side(nothing)
    assert np.isinf(together.energy).all()
    np.testing.assert_allclose(together.log_hyperparameters, in_turn.log_hyperparameters)
