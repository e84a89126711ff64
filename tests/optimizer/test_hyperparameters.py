"""Hyperparameters travel as JSON without losing a bit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.optimizer import Hyperparameters

positive = st.floats(1e-12, 1e12)


@given(lengths=st.lists(positive, min_size=1, max_size=5), rest=st.tuples(positive, positive))
def test_json_and_back(lengths, rest):
    fitted = Hyperparameters(
        lengthscales=tuple(lengths), outputscale=rest[0], noise=rest[1], observations=3, searched=2
    )
    text = json.dumps(fitted.to_dict(), allow_nan=False)
    assert Hyperparameters.from_dict(json.loads(text)) == fitted


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_not_positive_is_refused(bad):
    with pytest.raises(ValueError, match="must be finite and positive"):
        Hyperparameters(lengthscales=(1.0, bad), outputscale=1.0, noise=1e-4)
