"""What is saved comes back equal, from a document and from a folder; and bad files say so."""

import json
import subprocess
import sys

import pytest
from zoo import EXPERIMENTS, files_of, one_row

from armwright import ax
from armwright.errors import (
    ExperimentNotFoundError,
    StoreError,
    UsageError,
)
from armwright.persistence import known_classes


@pytest.mark.parametrize("make", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_what_is_saved_comes_back_equal(make, place):
    experiment = make()
    ax.save(experiment, place)
    back = ax.load(place)
    assert type(back) is type(experiment)
    assert back == experiment


@pytest.mark.parametrize("make", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_what_was_loaded_is_saved_elsewhere_as_the_same(make, place, tmp_path):
    experiment = make()
    ax.save(experiment, place)
    ax.save(ax.load(place), tmp_path / "copy")
    assert ax.load(tmp_path / "copy") == experiment


def test_a_document_holds_no_literal_that_json_lacks(tmp_path):
    path = tmp_path / "e.json"
    ax.save(EXPERIMENTS["every status"](), path)

    def refuse(text):
        raise AssertionError(text)

    json.loads(path.read_text(), parse_constant=refuse)


def test_a_loaded_experiment_goes_on_with_the_next_trial(place):
    experiment = EXPERIMENTS["every status"]()
    ax.save(experiment, place)
    back = ax.load(place)
    trial = back.new_trial().add_arm(ax.Arm({"x": 0.99, "y": 0.99}))
    assert (trial.index, trial.arm.name) == (8, "8_0")


def test_a_loaded_simple_experiment_evaluates_with_a_new_function(place):
    ax.save(EXPERIMENTS["simple"](), place)
    back = ax.load(place)
    assert not back.has_evaluation_function
    back.evaluation_function = lambda _: {"loss": (7.0, 0.0), "latency": (1.0, 0.0)}
    data = back.new_trial().add_arm(ax.Arm({"x": 0.77, "y": 0.1})).fetch_data()
    assert 7.0 in data.df["mean"].tolist()


def test_order_constraints_are_tied_to_the_loaded_parameters(place):
    ax.save(EXPERIMENTS["empty"](), place)
    space = ax.load(place).search_space
    assert space.parameter_constraints[0].lower_parameter is space.parameters["y"]


def test_saved_in_one_process_and_carried_on_in_another(place):
    if place.startswith("memory"):
        pytest.skip("memory is one process's own")
    experiment = EXPERIMENTS["simple"]()
    ax.save(experiment, place)
    code = f"""
from armwright import ax
experiment = ax.load({place!r})
experiment.evaluation_function = lambda parameters: (parameters["x"], 0.1)
experiment.new_trial().add_arm(ax.Arm({{"x": 0.6, "y": 0.1}}))
experiment.trials[4].fetch_data()
ax.save(experiment, {place!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    back = ax.load(place)
    assert list(back.trials) == [0, 1, 2, 3, 4]
    assert back.trials[4].objective_mean == 0.6


class Latency(ax.Metric):
    """A metric of the user's own, registered in one test only."""


def test_an_unregistered_metric_is_refused_by_name_and_nothing_is_written(place, tmp_path):
    experiment = EXPERIMENTS["unnamed"]().add_tracking_metric(Latency("latency"))
    with pytest.raises(ax.JSONEncodeError, match=r"Latency(.|\n)*register_metric\(Latency\)"):
        ax.save(experiment, place)
    assert not files_of(tmp_path)


def test_an_experiment_of_a_class_of_ones_own_is_refused_when_saved(place):
    class Mine(ax.Experiment):
        pass

    with pytest.raises(ax.JSONEncodeError, match="Mine has no form"):
        ax.save(Mine(EXPERIMENTS["unnamed"]().search_space), place)


@pytest.mark.parametrize("thing", [None, {"name": "e"}, "e.json"], ids=str)
def test_only_experiments_are_saved(thing, place):
    with pytest.raises(ValueError, match="save takes an Experiment, got"):
        ax.save(thing, place)


def test_an_empty_path_is_refused():
    with pytest.raises(ValueError, match="needs a path"):
        ax.save(EXPERIMENTS["empty"](), "")


def test_loading_where_nothing_is_says_so(place):
    with pytest.raises(ExperimentNotFoundError, match="no experiment at"):
        ax.load(place)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not JSON"),
        ('{"__type": "Experi', "is not JSON"),
        ("\udcff", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "expected an object, got a list"),
        ("3", "expected an object, got a int"),
        ("{}", "got one of None"),
        ('{"__type": "Trial"}', "got one of 'Trial'"),
        ('{"__type": "Experiment"}', "lacks 'time_created'"),
    ],
    ids=lambda text: text[:12],
)
def test_a_document_that_is_no_experiments_says_why(text, problem, tmp_path):
    path = tmp_path / "e.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ax.JSONDecodeError, match=problem):
        ax.load(path)


def saved(tmp_path, name="every status"):
    path = tmp_path / "e.json"
    ax.save(EXPERIMENTS[name](), path)
    return path, json.loads(path.read_text())


def test_a_document_of_a_later_format_is_refused(tmp_path):
    path, document = saved(tmp_path)
    path.write_text(json.dumps({**document, "format": 2}))
    with pytest.raises(ax.JSONDecodeError, match=r"of format 2.*reads up to 1\nhint: upgrade"):
        ax.load(path)


@pytest.mark.parametrize("version", ["2", None, 0, True, 1.5])
def test_a_format_that_is_no_number_is_refused(version, tmp_path):
    path, document = saved(tmp_path)
    path.write_text(json.dumps({**document, "format": version}))
    with pytest.raises(ax.JSONDecodeError, match="format should be 1 to 1, got"):
        ax.load(path)


@pytest.mark.parametrize(
    "key", ["search_space", "trials", "data_by_trial", "optimization_config", "name"]
)
def test_a_document_with_a_part_missing_or_wrong_is_refused(key, tmp_path):
    path, document = saved(tmp_path)
    path.write_text(json.dumps({name: item for name, item in document.items() if name != key}))
    with pytest.raises(ax.JSONDecodeError, match=f"lacks '{key}'"):
        ax.load(path)


@pytest.mark.parametrize(
    "key", ["search_space", "trials", "data_by_trial", "optimization_config", "tracking_metrics"]
)
def test_a_document_with_a_part_of_the_wrong_kind_is_refused(key, tmp_path):
    path, document = saved(tmp_path)
    path.write_text(json.dumps({**document, key: [3]}))
    with pytest.raises(ax.JSONDecodeError, match="cannot be"):
        ax.load(path)


def test_trials_come_back_in_order_whatever_the_order_of_the_document(tmp_path):
    path, document = saved(tmp_path)
    document["trials"] = dict(reversed(document["trials"].items()))
    path.write_text(json.dumps(document))
    back = ax.load(path)
    assert list(back.trials) == list(range(8))
    assert [trial.index for trial in back.trials.values()] == list(range(8))


def test_a_document_of_a_deep_folder_is_made_with_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "e.json"
    ax.save(EXPERIMENTS["empty"](), path)
    assert [item.name for item in path.parent.iterdir()] == ["e.json"]


def test_saving_data_of_a_trial_that_is_not_there_is_refused_by_a_folder(tmp_path):
    experiment = EXPERIMENTS["unnamed"]()
    experiment.attach_data(one_row(7))
    with pytest.raises(UsageError, match=r"attached to trial 7, which"):
        ax.save(experiment, tmp_path / "e")
    assert not files_of(tmp_path)
    ax.save(experiment, tmp_path / "e.json")
    assert ax.load(tmp_path / "e.json") == experiment


def test_a_path_inside_a_file_is_refused_in_words(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="a file stands where a folder"):
        ax.save(EXPERIMENTS["empty"](), tmp_path / "file" / "e.json")


class Forgotten(ax.Metric):
    """Registered when an experiment is saved, unknown when it is loaded."""


@pytest.fixture
def gone(place, monkeypatch):
    """Where an experiment is that holds an unknown metric in every place a metric can be in."""
    ax.register_metric(Forgotten)
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(
        ax.Objective(Forgotten("loss", lower_is_better=True), minimize=True),
        [ax.OutcomeConstraint(Forgotten("cost"), ax.ComparisonOp.LEQ, 3.0)],
    )
    experiment = ax.Experiment(space, "gone", config, [Forgotten("seconds"), ax.Metric("plain")])
    arms = [ax.Arm({"x": 0.5})]
    experiment.new_trial(ax.GeneratorRun(arms, optimization_config=config.clone()))
    experiment.new_batch_trial(ax.GeneratorRun(arms, optimization_config=config.clone()))
    experiment.attach_data(ax.Data.from_evaluations({"0_0": {"loss": (1.0, 0.1)}}, 0))
    ax.save(experiment, place)
    monkeypatch.delitem(known_classes._CLASSES, "Forgotten")
    return place


def test_an_experiment_with_an_unknown_metric_opens_with_a_plain_one_and_a_warning(gone):
    with pytest.warns(
        UserWarning, match=r"a Forgotten, .*'seconds', 'loss', 'cost'.*metric\(Forgotten\)"
    ):
        back = ax.load(gone)
    assert {name: type(metric) for name, metric in back.metrics.items()} == dict.fromkeys(
        ("seconds", "plain", "cost", "loss"), ax.Metric
    )
    assert back.metrics["loss"].lower_is_better is True
    assert back.fetch_data().df["mean"].tolist() == [1.0]
    runs = [run for trial in back.trials.values() for run in trial.generator_runs]
    assert [type(run.optimization_config.objective.metric) for run in runs] == [ax.Metric] * 2


@pytest.mark.filterwarnings("ignore:the document holds a Forgotten")
def test_what_a_document_said_of_an_unknown_metric_is_saved_again(gone, tmp_path):
    back = ax.load(gone)
    back.new_trial(ax.GeneratorRun([ax.Arm({"x": 0.7})]))
    ax.save(back, gone)
    ax.save(back, tmp_path / "copy.json")
    ax.register_metric(Forgotten)
    for path in (gone, tmp_path / "copy.json"):
        whole = ax.load(path, strict=True)
        kinds = {name: type(metric) for name, metric in whole.metrics.items()}
        assert kinds == dict.fromkeys(("seconds", "cost", "loss"), Forgotten) | {"plain": ax.Metric}
        assert whole.num_trials == 3
        config = whole.trials[0].generator_run.optimization_config
        assert type(config.objective.metric) is Forgotten


@pytest.mark.filterwarnings("ignore:the document holds a Forgotten")
def test_a_metric_put_in_place_of_an_unknown_one_is_what_is_saved(gone, tmp_path):
    back = ax.load(gone)
    back.update_tracking_metric(ax.BraninMetric("seconds", ["x", "x"]))
    ax.save(back, tmp_path / "copy.json")
    assert type(ax.load(tmp_path / "copy.json").metrics["seconds"]) is ax.BraninMetric


def test_an_experiment_with_an_unknown_metric_is_refused_when_strict(gone):
    with pytest.raises(
        ax.JSONDecodeError, match=r"a Forgotten, a class.*\n.*register_metric\(Forgotten\)"
    ):
        ax.load(gone, strict=True)


@pytest.mark.parametrize("name", ["e.txt", "e.JSON", "e.pkl", "e.json.gz"])
def test_a_path_of_another_kind_of_file_is_refused_and_nothing_is_written(name, tmp_path):
    with pytest.raises(ValueError, match=r"a document's path ends in \.json, got"):
        ax.save(EXPERIMENTS["every status"](), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_every_object_in_a_document_says_its_class(tmp_path):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    experiment = ax.Experiment(space)
    batch = experiment.new_batch_trial().add_arm(ax.Arm({"x": 0.5}), 2.0)
    batch.mark_arm_abandoned("0_0", "broken")
    ax.save(experiment, tmp_path / "e.json")
    trial = json.loads((tmp_path / "e.json").read_text())["trials"]["0"]
    (struct,) = trial["generator_run_structs"]
    assert (struct["__type"], struct["weight"]) == ("GeneratorRunStruct", 1.0)
    abandoned = trial["abandoned_arms_metadata"]["0_0"]
    assert [abandoned[key] for key in ("__type", "name", "reason")] == [
        *("AbandonedArm", "0_0", "broken"),
    ]
