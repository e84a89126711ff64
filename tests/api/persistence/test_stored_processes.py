"""Several processes at one experiment, and trials whose process has gone."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from zoo import DEFINITION, in_another_process

import armwright
from armwright import ax
from armwright.persistence.facts import MAX_LOST
from armwright.store import ExperimentFolder
from armwright.store.lease import Watcher


def test_going_on_in_another_process_gives_the_arms_of_an_uninterrupted_run(tmp_path):
    whole = [
        trial.arm.parameters
        for trial in armwright.create(tmp_path / "whole", DEFINITION, seed=9).ask(4)
    ]
    armwright.create(tmp_path / "parts", DEFINITION, seed=9)
    code = "print(json.dumps([trial.arm.parameters for trial in experiment.ask(2)]))"
    parts = [in_another_process(tmp_path / "parts", code) for _ in range(2)]
    assert parts[0] + parts[1] == whole


def test_two_processes_get_different_trials_and_see_each_others(stored, url):
    code = """
trial = experiment.ask()[0]
experiment.tell(trial.number, {"loss": trial.number})
print(json.dumps(trial.number))
"""
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: in_another_process(url, code), range(4)))
    assert len(set(numbers)) == 4
    assert stored.refresh().num_trials == 4
    assert stored.best().mean == min(numbers)


def test_a_trial_whose_process_has_gone_is_taken_up_again_as_the_next_attempt(stored, url):
    in_another_process(url, "experiment.ask(in_process=True); os._exit(9)")
    assert stored.release_dead() == [0]
    (trial,) = stored.ask()
    assert (trial.number, trial.attempt) == (0, 2)
    stored.tell(0, {"loss": 1.0})
    assert ax.load(url).trials[0].status.is_completed


def test_a_trial_whose_process_lives_is_left_alone(stored, url):
    stored.ask(in_process=True)
    assert stored.release_dead() == []
    assert in_another_process(url, "print(json.dumps(experiment.release_dead()))") == []


def test_a_trial_somebody_took_from_a_shell_is_left_alone(stored, url):
    in_another_process(url, "experiment.ask(); os._exit(9)")
    assert stored.release_dead() == []


def test_a_trial_that_is_lost_again_and_again_is_given_up(stored, url):
    for attempt in range(1, MAX_LOST + 1):
        (trial,) = stored.ask()
        assert (trial.number, trial.attempt) == (0, attempt)
        ExperimentFolder.open(url).end(0, attempt, {"state": "lost"})
    (trial,) = stored.ask()
    assert trial.number == 1
    assert ax.load(url).trials[0].status.is_failed


ASK_AT_ONCE = """
import sys, time
import armwright
experiment = armwright.open(sys.argv[1])
import armwright.generation.encoding
time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
experiment.ask(3)
"""


def test_processes_that_ask_at_once_get_different_arms(stored, url):
    start = str(time.time() + 3)
    workers = [subprocess.Popen([sys.executable, "-c", ASK_AT_ONCE, url, start]) for _ in range(4)]
    assert [worker.wait() for worker in workers] == [0] * 4
    arms = [arm.signature for t in stored.refresh().trials.values() for arm in t.arms]
    assert len(arms) == len(set(arms)) == 12


def test_a_loop_ends_when_the_budget_is_used_up(url):
    stored = armwright.create(url, DEFINITION, seed=5, budget=3)
    for trial in stored.loop():
        stored.tell(trial.number, {"loss": trial.arm.parameters["x"]})
    assert [facts.status for facts in stored.trials.values()] == ["completed"] * 3


def test_a_loop_takes_up_the_trial_of_a_process_that_was_killed(url):
    armwright.create(url, DEFINITION, seed=5, budget=1)
    in_another_process(url, "next(experiment.loop()); os._exit(9)")
    stored = armwright.open(url)
    asked = []
    for trial in stored.loop():
        asked.append((trial.number, trial.attempt))
        assert stored.facts(0).last_attempt.promise["every"] == 60.0
        stored.tell(trial.number, {"loss": 1.0})
    assert asked == [(0, 2)]
    assert stored.facts(0).attempts[1].end["state"] == "lost"


def test_a_loop_leaves_the_trials_of_those_that_promised_nothing(url):
    armwright.create(url, DEFINITION, seed=5, budget=2)
    in_another_process(url, "experiment.ask(); os._exit(9)")
    stored = armwright.open(url)
    assert [trial.number for trial in stored.loop()] == [1]
    assert stored.facts(0).status == "running"


def test_who_is_killed_while_adding_a_known_result_leaves_a_trial_that_others_take(stored, url):
    dying = """
from armwright.persistence.adding import GivenTrial, add_trials
parameters = experiment.ask()[0].arm.parameters
experiment.tell = lambda *_, **__: os._exit(9)
add_trials(experiment, [GivenTrial(parameters=parameters, values={"loss": 1.0})])
"""
    in_another_process(url, dying)
    (gone,) = Watcher(ExperimentFolder.open(url)).release()
    assert (gone.number, gone.reason) == (1, "process")
    (trial,) = stored.ask()
    assert (trial.number, trial.attempt) == (1, 2)
