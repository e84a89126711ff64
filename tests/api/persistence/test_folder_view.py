"""The view of a folder that grows with it: always what a fresh load gives, of objects that stay."""

import random
from pathlib import Path

import pytest
from zoo import arm, one_row, plane

import armwright
from armwright import ax
from armwright.persistence import StoredExperiment
from armwright.persistence.folder_view import FolderView
from armwright.store import ExperimentFolder
from armwright.store.fact import decode
from armwright.store.fold import Fold
from armwright.store.layout import parse_name


def made(url):
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("m"), minimize=True))
    experiment = ax.Experiment(plane(), "e", config, tracking_metrics=[ax.Metric("n")])
    return StoredExperiment.create(url, experiment, seed=5)


@pytest.fixture
def stored(tmp_path):
    return made(tmp_path / "runs" / "e")


def wider():
    names = ("x", "y")
    return ax.SearchSpace(
        [ax.RangeParameter(name, ax.ParameterType.FLOAT, 0.0, 100.0) for name in names]
    )


def step(stored, chance):
    """One thing that somebody may do to an experiment."""
    experiment = ax.load(stored.url)
    running = [trial for trial in experiment.trials.values() if trial.status.is_running]
    match chance.randrange(7):
        case 0 | 1:
            stored.ask()
        case 2 | 3 if running:
            single = [trial for trial in running if isinstance(trial, ax.Trial)]
            for trial in single[:1]:
                stored.tell(trial.index, {"m": chance.random(), "n": 1.0})
        case 4 if running:
            stored.fail(chance.choice(running).index)
        case 5:
            batch = experiment.new_batch_trial().add_arms_and_weights([arm(x=chance.random())])
            batch.mark_running(no_runner_required=True)
            ax.save(experiment, stored.url)
        case 6 if experiment.trials:
            number = chance.choice(list(experiment.trials))
            experiment.attach_data(one_row(number))
            ax.save(experiment, stored.url)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_steps_the_view_is_what_a_fresh_load_gives(stored, seed):
    chance, seen = random.Random(seed), {}  # noqa: S311 - no secret
    for _ in range(12):
        step(stored, chance)
        view = stored.refresh()
        assert view == ax.load(stored.url)
        assert list(view.trials) == sorted(view.trials)
        for index, trial in seen.items():
            assert view.trials[index] is trial
        seen = dict(view.trials)


def test_only_trials_whose_facts_changed_are_looked_at_again(stored):
    stored.ask(3)
    before = stored.refresh()
    runs = {index: trial.generator_run for index, trial in before.trials.items()}
    stored.tell(1, {"m": 1.0, "n": 1.0})
    after = stored.refresh()
    assert after is before
    assert after.trials[1].status.is_completed
    assert all(after.trials[index].generator_run is run for index, run in runs.items())


def test_facts_may_come_into_sight_in_any_order(stored):
    stored.ask(4)
    for number in range(4):
        stored.tell(number, {"m": number, "n": 1.0})
    folder = ExperimentFolder.open(stored.url)
    bodies = {}
    root = Path(stored.url)
    for path in sorted(root.rglob("*.json")):
        name = parse_name(str(path.relative_to(root)))
        bodies[name.path] = (name, path.read_bytes())
    base = [item for item in bodies.values() if item[0].kind in ("experiment", "config")]
    rest = [item for item in bodies.values() if item[0].kind not in ("experiment", "config")]
    for seed in range(5):
        random.Random(seed).shuffle(rest)  # noqa: S311 - no secret
        fold = Fold()
        for name, body in base:
            fold.add(decode(name, body))
        view = FolderView(folder, fold.state())
        for name, body in rest:
            fold.add(decode(name, body))
            view.update(fold.state())
        assert view.experiment == ax.load(stored.url)
        assert list(view.experiment.trials) == [0, 1, 2, 3]


def test_a_changed_configuration_is_taken_in(stored):
    view = stored.refresh()
    trial = stored.ask()[0]
    changed = ax.load(stored.url)
    changed.description = "new"
    changed.search_space = wider()
    ax.save(changed, stored.url)
    assert stored.refresh() is view
    assert view.description == "new"
    assert view == ax.load(stored.url)
    assert view.trials[trial.number].arm == trial.arm


def test_arms_are_made_from_the_facts_whatever_is_done_to_the_view(stored, tmp_path):
    twin = made(tmp_path / "runs" / "twin")
    stored.refresh().new_trial().add_arm(arm(x=0.5))
    stored.experiment.search_space = wider()
    assert [item.arm.parameters for item in stored.ask(3)] == [
        item.arm.parameters for item in twin.ask(3)
    ]


def test_asking_leaves_no_trace_of_arms_that_lost_a_race(stored):
    assert armwright.open(stored.url).ask()[0].number == 0
    trial = stored.ask()[0]
    assert trial.number == 1
    names = [item.name for item in stored.refresh().arms_by_name.values()]
    assert names == ["0_0", "1_0"]
