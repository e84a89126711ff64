"""Wrong values in an experiment file: the error names the line, in every language."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.errors import UsageError
from armwright.experiment_file import definition_from_file
from armwright.persistence.definition import definition_from_dict
from armwright.persistence.document_lines import lines_of

YAML = """\
# an experiment
budget: 25

objective:
  metric: loss
  minimize: true
parameters:
  - name: lr
    type: range
    bounds: [1e-5,
             1.0]
  - {name: kind, type: choice, values: [a, b]}
outcome_constraints:
  - size <= 3
  - "time <= 4"
"""
TOML = '''\
# an experiment
budget = 25
outcome_constraints = [
  "size <= 3",  # small, ["
  """time
<= 4""",
]
[objective]
metric = 'loss'
minimize = true

[[parameters]]
name = "lr"
type = "range"
bounds = [1e-5,
  1.0]
[[parameters]]  # the second
name = "kind"
type = "choice"
values = ["a", "b"]
'''
INLINE = """\
objective = {metric = "loss"}
parameters = [
  {name = "lr", type = "range", bounds = [0.0, 1.0]},
  {name = "kind", type = "choice", values = [
    "a", "b"]},
]
"""
JSON = """\
{"budget": 25,
 "objective": {"metric": "a \\"loss\\": [",
               "minimize": true},
 "parameters": [
  {"name": "lr", "type": "range",
   "bounds": [1e-5, 1.0]},
  {"name": "kind", "type": "choice", "values": ["a", "b"]}
 ],
 "outcome_constraints": ["size <= 3"]}
"""
SIGOPT = """\
name: SGD
budget: 30
parameters:
  - name: log_lr
    type: double
    bounds: {min: 1e-5, max: 1.0}
    transformation: log
  - {name: layers, type: int, bounds: {min: 1, max: 8}}
metrics:
  - name: accuracy
    strategy: optimize
linear_constraints: []
"""
PATHS = {
    ("budget",): (2, 2, 1),
    ("objective", "minimize"): (6, 10, 3),
    ("parameters", 0): (8, 12, 5),
    ("parameters", 0, "bounds"): (10, 15, 6),
    ("parameters", 1, "values"): (12, 20, 7),
    ("outcome_constraints", 0): (14, 4, 9),
}


def reason(text, source):
    with pytest.raises(UsageError, match=source) as caught:
        definition_from_file(text, source=source)
    return caught.value.message


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("language", "text"), [("YAML", YAML), ("TOML", TOML), ("JSON", JSON)])
def test_every_value_has_its_line(language, text, path):
    assert lines_of(text, language)[path] == PATHS[path][("YAML", "TOML", "JSON").index(language)]


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("budget: 25", "budget: 0", "line 2: budget should be at least 1"),
        ("budget: 25", "bugdet: 25", "line 2: unknown key 'bugdet'"),
        ("minimize: true", "minimize: maybe", "line 6: objective.minimize should be true"),
        ("type: range", "type: rang", "line 9: parameters[0] (lr)"),
        ("[1e-5,", "[9.0,", "line 10: parameters[0] (lr)"),
        ("values: [a, b]", "values: [a, a]", "line 12: parameters[1] (kind): values should"),
        ("type: choice,", "type: choice, sorted: 1,", "line 12: parameters[1] (kind): unknown"),
        ('"time <= 4"', '"time is 4"', "line 15: outcome_constraints[1]"),
    ],
)
def test_an_error_about_a_value_of_yaml_names_its_line(old, new, start):
    assert old in YAML
    assert reason(YAML.replace(old, new), "e.yml").startswith(f"e.yml: {start}")


@pytest.mark.parametrize(
    ("text", "old", "new", "start"),
    [
        (TOML, "budget = 25", "budget = 0", "line 2: budget should be at least 1"),
        (TOML, "bounds = [1e-5,", "bounds = [9.0,", "line 15: parameters[0] (lr)"),
        (TOML, 'values = ["a", "b"]', 'values = ["a", "a"]', "line 20: parameters[1] (kind)"),
        (TOML, "minimize = true", "minimize = 1", "line 10: objective.minimize"),
        (INLINE, '"a", "b"', '"a", "a"', "line 5: parameters[1] (kind): values"),
        (INLINE, 'type = "choice"', 'typ = "choice"', "line 4: parameters[1] (kind): unknown"),
    ],
)
def test_an_error_about_a_value_of_toml_names_its_line(text, old, new, start):
    assert old in text
    assert reason(text.replace(old, new), "e.toml").startswith(f"e.toml: {start}")


LONG = """\
objective:
  metric: loss
parameters:
  - name: lr
    type: range
    bounds:
      - 0.0
      - 1.0
  - name: kind
    type: choice
    values:
      - 1.0
      - 2.0
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "path"),
    [
        ("- 1.0\n  -", "- .inf\n  -", 8, ("parameters", 0, "bounds", 1)),
        ("- 0.0", "- -.Inf", 7, ("parameters", 0, "bounds", 0)),
        ("- 2.0", "- .nan", 13, ("parameters", 1, "values", 1)),
        ("- 2.0", "- 1.0", 13, ("parameters", 1, "values", 1)),
        ("- 2.0", "- two", 11, ("parameters", 1, "values")),
        ("type: range", "is_fidelity: 3\n    type: range", 5, ("parameters", 0, "is_fidelity")),
        ("metric: loss", "metric: 3", 2, ("objective", "metric")),
    ],
)
def test_an_error_carries_the_path_of_the_value_and_its_line_comes_from_it(old, new, line, path):
    assert old in LONG
    with pytest.raises(UsageError, match=f"^e.yml: line {line}: ") as caught:
        definition_from_file(LONG.replace(old, new, 1), source="e.yml")
    assert caught.value.path == path


def test_names_that_are_keys_elsewhere_lead_no_error_astray():
    text = LONG.replace("name: lr", "name: metric").replace("- 0.0", "- 5.0")
    assert reason(text, "e.yml").startswith("e.yml: line 6: parameters[0] (metric)")


def test_an_error_about_a_value_of_json_names_its_line():
    text = JSON.replace("[1e-5, 1.0]", "[9.0, 1.0]")
    assert reason(text, "e.json").startswith("e.json: line 6: parameters[0] (lr)")


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("budget: 30", "budget: -3", "line 2: budget"),
        ("budget: 30", "bugdet: 30", "line 2: an experiment: unknown key 'bugdet'"),
        ("type: double", "type: real", "line 5: parameter 'log_lr': type should be"),
        ("transformation: log", "transformation: ln", "line 7: parameter 'log_lr'"),
        ("{min: 1, max: 8}", "{min: 9, max: 8}", "line 8: parameter 'layers': bounds.min"),
        ("strategy: optimize", "strategy: win", "line 11: metric 'accuracy': strategy"),
    ],
)
def test_an_error_about_a_field_of_sigopt_names_its_line(old, new, start):
    assert old in SIGOPT
    assert reason(SIGOPT.replace(old, new), "e.yml").startswith(f"e.yml: {start}")


@pytest.mark.parametrize(
    ("old", "new", "line", "path"),
    [
        ("max: 1.0", "max: .inf", 6, ("parameters", 0, "bounds", "max")),
        ("transformation: log", "prior: 3", 7, ("parameters", 0, "prior")),
        ("strategy: optimize", "threshold: .nan", 11, ("metrics", 0, "threshold")),
        ("strategy: optimize", "threshold: 1", 11, ("metrics", 0, "threshold")),
        ("budget: 30", "conditionals: [{name: k, values: [a]}]", 2, ("conditionals", 0, "values")),
        ("budget: 30", "budget: 1\nnum_solutions: 2", 3, ("num_solutions",)),
        ("budget: 30", "metadata: 3", 2, ("metadata",)),
    ],
)
def test_an_error_about_a_field_of_sigopt_carries_its_path(old, new, line, path):
    assert old in SIGOPT
    with pytest.raises(UsageError, match=f"^e.yml: line {line}: ") as caught:
        definition_from_file(SIGOPT.replace(old, new, 1), source="e.yml")
    assert caught.value.path == path


def test_a_choice_of_sixty_thousand_values_is_read_without_comparing_all_with_all():
    values = [f"v{place}" for place in range(60_000)]
    spec = {"name": "k", "type": "choice", "values": values}
    made = definition_from_dict({"objective": {"metric": "m"}, "parameters": [spec]})
    assert len(made.experiment.search_space.parameters["k"].values) == 60_000
    with pytest.raises(UsageError, match="should be different, got 'v7' twice") as caught:
        definition_from_dict(
            {
                "objective": {"metric": "m"},
                "parameters": [{**spec, "values": [*values, "v7"]}],
            }
        )
    assert caught.value.path == ("parameters", 0, "values", 60_000)


def test_what_is_not_there_has_no_line():
    assert reason("budget: 3\n", "e.yml") == "e.yml: the key 'parameters' is missing"


def test_a_dict_has_no_lines():
    with pytest.raises(UsageError, match=r"^definition: budget should be at least 1, got 0$"):
        definition_from_dict({**tomllib.loads(TOML), "budget": 0})


def paths_in(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield from paths_in(item, (*path, key))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_all_values_of_any_json_are_found(value):
    text = json.dumps(value, indent=1)
    lines = lines_of(text, "JSON")
    # Every value begins a line of its own there, in the order of the text.
    assert sorted(lines.values()) == sorted(set(lines.values()))
    unescaped = {tuple(map(str, path)) for path in paths_in(value)}
    escaped = {
        tuple(json.loads(f'"{step}"') if isinstance(step, str) else str(step) for step in path)
        for path in lines
    }
    assert escaped == unescaped


def test_all_values_of_a_toml_are_found():
    text = TOML + '[extra."a.b"]\nx.y = {z = [1, {w = "]"}]}\n"q" = 2020-01-01T00:00:00Z\n'
    found = set(lines_of(text, "TOML"))
    assert found == set(paths_in(tomllib.loads(text))) - {
        ("parameters",),
        ("extra",),
        ("extra", "a.b", "x"),
    }
