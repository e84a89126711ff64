"""The ladder of padded sizes."""

from hypothesis import given
from hypothesis import strategies as st

from armwright.optimizer.padding import bucket


@given(st.integers(0, 10**6))
def test_a_bucket_holds_its_rows_and_wastes_at_most_half(rows):
    size = bucket(rows)
    assert size >= max(rows, 16)
    assert size <= max(1.5 * (rows + 1), 32)
    assert bucket(size) == size


def test_the_first_steps_are_those_measured():
    sizes = [16, 32, 48, 64, 96, 128, 160, 208, 256]
    assert sorted({bucket(rows) for rows in range(1, 257)}) == sizes
