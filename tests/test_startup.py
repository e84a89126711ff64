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


LOOK = """
import contextlib, io, json, sys
from armwright.cli import main

url = sys.argv[1]
for words in (
    ["add", url, "x=0.25"],
    ["add", url, "x=0.5", "-r", "loss=1"],
    ["ask", url],
    ["tell", url, "--from", sys.argv[2]],
    ["list", url + "/.."],
    *([verb, url] for verb in ("status", "log", "stop", "resume", "archive")),
    ["archive", url, "--yes"],
    ["explain", url, "0"],
    ["requeue", url, "0"],
    ["cancel", url, "--all"],
    ["best", url, "--pareto"],
    ["watch", url, "--for", "0"],
    ["version"],
    ["delete", url, "--yes"],
):
    out, words_of = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(words_of):
        try:
            main(words, standalone_mode=False)
        except SystemExit as end:
            assert not end.code, (words, words_of.getvalue())
print(json.dumps(sorted(sys.modules)))
"""


def test_looking_and_steering_load_no_numerical_stack(tmp_path):
    url, definition, results = (tmp_path / name for name in ("e", "e.toml", "r.jsonl"))
    definition.write_text(
        'objective = {metric = "loss"}\n'
        'parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]\n'
    )
    results.write_text('{"trial": 0, "failed": "oom"}\n')
    loaded_by_command("create", str(url), "--from", str(definition))
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(url), str(results)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & {*HEAVY, "numpy"}
