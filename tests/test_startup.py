"""What starting up must not load: 500 array tasks pay for it 500 times."""

import json
import subprocess
import sys

import pytest

HEAVY = ("jax", "jaxlib", "scipy", "pandas", "pyarrow")

RUN = """
import json, sys
from armwright.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded(code: str) -> set[str]:
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def loaded_by_command(*words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=True
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "code",
    [
        "import armwright",
        "import armwright.cli",
        "from armwright import ax",
        "from armwright import sigopt",
        "import armwright.store",
        "import armwright.optimizer",
        "import armwright.persistence",
    ],
)
def test_importing_loads_no_numerical_stack(code):
    assert not loaded(code) & set(HEAVY)


def test_help_loads_no_numerical_stack():
    assert not loaded_by_command("--help") & set(HEAVY)


def test_asking_for_a_sobol_arm_telling_and_showing_never_load_jax(tmp_path):
    url = str(tmp_path / "x")
    definition = tmp_path / "x.toml"
    definition.write_text(
        'objective = {metric = "loss"}\n'
        'parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]\n'
    )
    for words in (
        ("create", url, "--from", str(definition)),
        ("ask", url),
        ("tell", url, "0", "loss=1"),
        ("show", url),
        ("show", url, "0"),
        ("best", url),
    ):
        assert not loaded_by_command(*words) & {"jax", "jaxlib"}, words
