"""What importing loads, and which names there are."""

import json
import subprocess
import sys

import pytest

from armwright import sigopt

HEAVY = {"jax", "jaxlib", "scipy", "pandas", "pyarrow", "numpy"}


def loaded(code):
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_loads_no_numerical_stack():
    assert not loaded("from armwright import sigopt; sigopt.create_experiment") & HEAVY


@pytest.mark.parametrize("name", sigopt.__all__)
def test_a_name_of_the_list_is_there(name):
    assert getattr(sigopt, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="spam"):
        sigopt.spam  # noqa: B018 - reading it is the point
