"""Arrays from lists: the same as pyarrow makes them, without the import of pandas."""

import json
import subprocess
import sys

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.store.arrow_array import arrow_array

VALUES = {
    pyarrow.bool_(): st.booleans(),
    pyarrow.float64(): st.floats(allow_nan=False) | st.integers(-(2**53), 2**53),
    pyarrow.int64(): st.integers(-(2**63), 2**63 - 1),
    pyarrow.string(): st.text(st.characters(codec="utf-8")),
    pyarrow.binary(16): st.binary(min_size=16, max_size=16),
    pyarrow.timestamp("ms", "UTC"): st.integers(0, 2**41),
    pyarrow.timestamp("us"): st.integers(0, 2**50),
}


@pytest.mark.parametrize("kind", VALUES, ids=str)
@given(data=st.data())
def test_an_array_is_what_pyarrow_makes_of_the_list(kind, data):
    values = data.draw(st.lists(st.none() | VALUES[kind], max_size=20))
    found = arrow_array(values, kind)
    found.validate(full=True)
    assert found.equals(pyarrow.array(values, kind))


def test_sealing_does_not_import_pandas(tmp_path):
    code = """
import json, sys
from armwright.store import ExperimentFolder
folder = ExperimentFolder.create(sys.argv[1], document={}, config={})
for number in range(101):
    folder.put_trial(number, {"arms": [{"name": "a", "parameters": {"x": number}}]}, claim={})
    folder.end(number, 1, {"state": "completed"}, alone=True)
print(json.dumps([folder.compact().made, "pandas" in sys.modules]))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "lr")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [["snap/s1-00000.parquet"], False]
