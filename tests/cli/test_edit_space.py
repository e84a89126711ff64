"""Adding parameters to an experiment under way, and taking them away."""

import json
import sys

import pytest
from results import document, refused

from armwright import ax
from armwright.looking import summary_page
from armwright.persistence import StoredExperiment

WHY = ("--reason", "because")
NEW = ("drop.type=range", "drop.bounds=[0.0,0.5]", "drop.was=0.1")


def asked_parameters(run, url):
    (trial,) = document(run("ask", url, "--json"))["trials"]
    return trial["parameters"]


def test_edit_adds_a_parameter_for_the_arms_to_come(run, asked):
    result = run("edit", asked, *NEW, *WHY)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == 'drop: none -> {"type": "range", "bounds": [0.0, 0.5], "was": 0.1}\n'
    assert asked_parameters(run, asked).keys() == {"x", "kind = 1", "drop"}


def test_edit_takes_a_new_parameter_as_one_table(run, asked):
    table = json.dumps({"type": "choice", "values": ["a", "b"], "was": "b"})
    assert run("edit", asked, f"act={table}", *WHY).exit_code == 0
    assert asked_parameters(run, asked)["act"] in ("a", "b")


def test_an_experiment_without_arms_needs_no_value_for_them(run, url):
    assert run("edit", url, *NEW[:2], *WHY).exit_code == 0
    assert "drop" in asked_parameters(run, url)


def test_a_fixed_parameter_was_what_it_is(run, asked):
    assert run("edit", asked, "epochs.type=fixed", "epochs.value=3", *WHY).exit_code == 0
    assert asked_parameters(run, asked)["epochs"] == 3


def test_a_trial_that_is_tried_again_has_the_new_parameter_at_its_former_value(run, asked):
    run("edit", asked, *NEW, *WHY)
    run("requeue", asked, "0")
    (trial,) = document(run("ask", asked, "--json"))["trials"]
    assert (trial["trial"], trial["parameters"]["drop"]) == (0, 0.1)


def test_a_worker_finds_the_new_parameter_of_an_older_trial(run, asked):
    run("edit", asked, *NEW, *WHY)
    run("requeue", asked, "0", "1")
    code = "import sys; print('{\"loss\": %s}' % sys.argv[1])"
    words = ("worker", asked, "-n", 1, "--no-stock", "--json", "--", sys.executable, "-c", code)
    result = run(*words, "{drop}")
    assert json.loads(result.stdout.splitlines()[1])["values"] == {"loss": 0.1}


def test_the_model_knows_the_older_arms_at_the_former_value(run, asked):
    for number in (0, 1):
        run("tell", asked, number, f"loss={number}")
    run("edit", asked, *NEW, "budget=9", *WHY)
    stored = StoredExperiment.open(asked)
    known = stored.asker.known_experiment(stored.state)
    assert [trial.arm.parameters["drop"] for trial in known.trials.values()] == [0.1, 0.1]
    shown = ax.load(asked).trials[0].arm.parameters
    assert "drop" not in shown


@pytest.mark.slow  # fits models
def test_arms_made_from_older_ones_come_out_again(run, asked):
    for number in (0, 1):
        run("tell", asked, number, f"loss={number}")
    run("edit", asked, *NEW, "budget=9", *WHY)
    for number in range(2, 7):
        run("ask", asked)
        run("tell", asked, number, f"loss={number}")
    found = document(run("explain", asked, 6, "--json"))
    assert (found["model"], found["observations"]) == ("GPEI", 6)
    assert document(run("replay", asked, 6, "--json"))["equal"]
    assert "drop" in summary_page(StoredExperiment.open(asked))


def test_edit_takes_a_parameter_away(run, asked):
    run("edit", asked, *NEW, *WHY)
    result = run("edit", asked, "x=none", *WHY)
    assert result.stdout.startswith('x: {"name": "x", "value_type": "float", "type": "range"')
    assert asked_parameters(run, asked).keys() == {"kind = 1", "drop"}


def test_a_parameter_may_come_back(run, asked):
    run("edit", asked, *NEW, *WHY)
    run("edit", asked, "drop=none", *WHY)
    assert run("edit", asked, *NEW[:2], "drop.was=0.2", *WHY).exit_code == 0
    run("requeue", asked, "1")
    assert asked_parameters(run, asked)["drop"] == 0.2


def test_trials_that_wait_without_the_new_parameter_give_way(run, url):
    run("stock", url, "--target", "2")
    found = document(run("edit", url, *NEW, *WHY, "--json"))
    assert found["replaced"] == [0, 1]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (NEW[:2], "drop is new: what was it in the arms so far? expected a value, got none"),
        ((*NEW[:2], "drop.was=0.9"), "drop.was should be one of its values, got 0.9"),
        ((*NEW[:2], "drop.was=low"), "drop.was should be one of its values, got 'low'"),
        (("xx.bounds=[0,1]",), "there is no parameter 'xx', and a new one needs a type"),
        (("x=3",), "x should be none, to take it away, or a table, got 3"),
        (("x=none", "x.bounds=[0,1]"), "x cannot be changed and taken away at once"),
        (("x=none", "kind = 1=none"), "needs a parameter to tune, got none"),
        (("drop.type=rang", "drop.was=1"), "edit (drop)"),
    ],
)
def test_edit_refuses_parameters_that_cannot_be(words, part, run, asked):
    refused(run("edit", asked, *words, *WHY), 2, part)
    assert StoredExperiment.open(asked).state.version == 1


def test_what_edit_says_to_do_of_a_parameter_without_a_type_can_be_done(run, asked):
    hint = run("edit", asked, "xx.bounds=[0,1]", *WHY).stderr.rpartition("hint: ")[2]
    assert run("edit", asked, *hint.split(), *WHY).exit_code == 0


def test_a_parameter_that_a_constraint_holds_goes_with_it_or_not_at_all(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "c.toml"
    file.write_text(
        'parameter_constraints = ["a + b <= 1.0"]\nobjective = {metric = "m"}\nparameters = [\n'
        + "".join(
            f'{{name = "{name}", type = "range", bounds = [0.0, 1.0]}},\n' for name in ("a", "b")
        )
        + "]\n",
        encoding="utf-8",
    )
    run("create", "runs/c", "--from", file)
    refused(run("edit", "runs/c", "b=none", *WHY), 2, "parameter_constraints hold b, which is")
    assert run("edit", "runs/c", "b=none", "parameter_constraints=[]", *WHY).exit_code == 0


def test_a_fork_knows_what_the_older_arms_had(run, asked, tmp_path):
    run("tell", asked, "0", "loss=1")
    run("edit", asked, *NEW, *WHY)
    run("fork", asked, tmp_path / "f")
    known = StoredExperiment.open(tmp_path / "f").known
    assert known.trials[0].arm.parameters["drop"] == 0.1


def test_a_name_that_was_taken_away_does_not_come_back_with_another_type(run, asked):
    run("edit", asked, *NEW, *WHY)
    run("edit", asked, "drop=none", *WHY)
    again = ("drop.type=choice", 'drop.values=["a","b"]', "drop.was=a")
    why = "drop was a number in this experiment and cannot be a text now"
    refused(run("edit", asked, *again, *WHY), 2, why)


def test_a_new_parameter_is_not_named_like_a_key_of_the_experiment(run, asked):
    words = ("budget.type=fixed", "budget.value=3")
    refused(run("edit", asked, *words, *WHY), 2, "'budget' is a key of the experiment")
