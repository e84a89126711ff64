"""The stock: trials made ahead of need, and replaced when much more is known."""

import json
import subprocess
import sys

import pytest

import armwright
from armwright.errors import NothingLeftError, UsageError
from armwright.persistence import StoredExperiment
from armwright.persistence.replaced import ReplacedTrials, is_replaced, spent, take_off
from armwright.persistence.steering import cancel, requeue, resume, stop
from armwright.persistence.stock import Stock
from armwright.store import ExperimentFolder

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


@pytest.fixture
def url(tmp_path):
    armwright.create(tmp_path / "lr", DEFINITION, budget=12, seed=3)
    return tmp_path / "lr"


@pytest.fixture
def stock(url):
    def stock(target, **more):
        return Stock(ExperimentFolder.open(url), target=target, **more)

    return stock


def complete(url, count):
    stored = StoredExperiment.open(url)
    for trial in stored.ask(count):
        stored.tell(trial.number, {"loss": (trial.arm.parameters["x"] - 0.3) ** 2})


def test_it_makes_what_is_missing_and_no_more(url, stock):
    keeper = stock(4)
    assert keeper.fill().made == (0, 1, 2, 3)
    complete(url, 1)
    report = keeper.fill()
    assert (report.made, report.ready, report.used_up) == ((4,), 4, False)
    assert keeper.fill().made == ()


def test_it_ends_at_the_budget(stock):
    report = stock(64).fill()
    assert (report.ready, len(report.made), report.used_up) == (12, 12, True)


def test_it_stops_in_the_middle_when_it_is_told_to(stock):
    told = iter([False, False, True])
    assert stock(9).fill(lambda: next(told)).made == (0, 1)


def test_arms_of_a_stock_differ_and_are_those_that_asking_would_have_made(url, stock, tmp_path):
    stock(4).fill()
    armwright.create(tmp_path / "other", DEFINITION, budget=12, seed=3)
    made = [
        trial.arm["arms"][0]["parameters"] for trial in StoredExperiment.open(url).trials.values()
    ]
    asked = [trial.arm.parameters for trial in StoredExperiment.open(tmp_path / "other").ask(4)]
    assert made == asked
    assert len({arm["x"] for arm in made}) == 4


def test_what_was_made_before_there_were_results_is_replaced_by_what_is_better_informed(url, stock):
    keeper = stock(4)
    keeper.fill()
    complete(url, 1)
    assert keeper.fill().replaced == ()  # too little is known as yet
    complete(url, 2)
    report = keeper.fill()
    assert report.replaced == (3,)
    assert (report.ready, report.made) == (4, (5, 6, 7))
    trials = ExperimentFolder.open(url).state.trials
    kinds = [trials[number].arm["trial"]["generator_run"]["model_key"] for number in report.made]
    assert kinds == ["Sobol", "GPEI", "GPEI"]
    assert [number for number, trial in trials.items() if is_replaced(trial)] == [3]
    assert keeper.fill().replaced == ()


def test_what_was_replaced_uses_nothing_of_the_budget_and_is_given_to_nobody(url, stock):
    keeper = stock(4)
    keeper.fill()
    complete(url, 3)
    assert keeper.fill().replaced == (3,)
    keeper.target = 64
    assert keeper.fill().used_up
    stored = StoredExperiment.open(url)
    taken = {trial.number for trial in stored.ask(64)}
    assert len(taken) == 12 - 3
    assert 3 not in taken
    assert spent(stored) == 12
    with pytest.raises(NothingLeftError, match="12 of 12 trials are made"):
        stored.ask()


def test_a_replaced_trial_that_is_given_out_again_counts_even_where_another_was_cancelled(
    url, stock
):
    stock(4).fill()
    stored, replaced = StoredExperiment.open(url), ReplacedTrials()
    take_off(stored._folder, stored.state.trials[3])
    assert replaced.count(stored._folder.refresh()) == 1
    requeue(stored, [3])
    cancel(stored, [2])
    assert replaced.count(stored._folder.refresh()) == 0


def test_of_a_stopped_experiment_nothing_is_taken_off_for_nothing_could_replace_it(url, stock):
    keeper = stock(4)
    keeper.fill()
    complete(url, 3)
    stop(url)
    assert keeper.fill().replaced == ()
    resume(url)
    assert keeper.fill().replaced == (3,)


def test_growth_decides_what_is_stale_and_none_keeps_all(url, stock):
    stock(4).fill()
    complete(url, 4)
    stock(4).fill()
    complete(url, 1)
    folder = ExperimentFolder.open(url)
    assert stock(4).stale(folder.state) == []
    complete(url, 2)
    assert [facts.number for facts in stock(4).stale(folder.refresh())] == [7]
    assert stock(4, growth=1.0).stale(folder.state) == []
    assert stock(4, growth=None).stale(folder.state) == []


def test_a_stale_trial_that_somebody_takes_at_the_same_moment_is_theirs(url, stock):
    keeper = stock(4)
    keeper.fill()
    complete(url, 3)
    keeper._folder.refresh()
    (mine,) = StoredExperiment.open(url).ask()
    assert mine.number == 3
    assert not take_off(keeper._folder, keeper._folder.state.trials[3])
    assert ExperimentFolder.open(url).state.trials[3].status == "running"


def test_an_arm_of_somebodys_own_never_grows_stale(url, stock):
    stored = StoredExperiment.open(url)
    stored.asker.add(armwright.experiment.Arm({"x": 0.5}), claimed=False)
    stored.ask(1)  # takes it
    stored.asker.add(armwright.experiment.Arm({"x": 0.25}), claimed=False)
    for trial in stored.asker.ask(9, None)[1:]:
        stored.tell(trial.number, {"loss": 1.0})
    assert stock(4, growth=0.0).stale(stored.state) == []


def test_replay_makes_an_arm_again_that_was_made_after_others_were_replaced(url, stock):
    keeper = stock(4)
    keeper.fill()
    complete(url, 3)
    report = keeper.fill()
    assert report.replaced == (3,)
    assert armwright.replay(url, report.made[-1]).equal


def test_taking_from_a_stock_loads_no_numerical_stack(url, stock):
    stock(1).fill()
    program = (
        "import json, sys\nfrom armwright.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    for words in (["ask", str(url)], ["tell", str(url), "0", "loss=1"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
        )
        loaded = set(json.loads(done.stderr.splitlines()[-1]))
        assert not loaded & {"jax", "jaxlib", "scipy", "pandas", "pyarrow", "numpy"}


@pytest.mark.parametrize(("target", "growth"), [(-1, 0.25), (1, -0.5), (1, float("nan"))])
def test_numbers_that_cannot_be_are_refused(target, growth, stock):
    with pytest.raises(UsageError, match="should be"):
        stock(target, growth=growth)


def test_who_knows_an_old_stock_loses_one_claim_and_then_sees_what_is_left(url, stock):
    stock(12).fill()
    late = StoredExperiment.open(url)
    StoredExperiment.open(url).ask(11)
    folder, claims = late.asker._folder, []
    refresh, claim = folder.refresh, folder.claim
    folder.refresh = lambda: folder.state  # it has looked just before the others took theirs

    def counted(*args, **more):
        claims.append(args[0])
        return claim(*args, **more)

    folder.claim = counted
    (trial,) = late.ask()
    folder.refresh = refresh
    assert len(claims) <= 2
    assert claims[-1] == trial.number
    assert folder.refresh().counts["running"] == 12
