"""The model that is only asked says of what it is."""

import pytest

import armwright
from armwright.generation import chosen_results
from armwright.looking import Charts
from armwright.looking.model import chosen_text
from armwright.persistence.recorded_fits import newest_fits
from armwright.persistence.results_model import results_model

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


def experiment(place):
    """Twelve results, the last arms of which a model made."""
    stored = armwright.create(place, DEFINITION, seed=1)
    for _ in range(12):
        (trial,) = stored.ask()
        stored.tell(trial.number, {"loss": (trial.arm.parameters["x"] - 0.3) ** 2})
    return stored


def rows(stored):
    found = stored.experiment.fetch_data().df.to_dict("records")
    return [(r["arm_name"], "loss", r["mean"], float("nan"), r["trial_index"]) for r in found]


@pytest.mark.parametrize(("fitted_to", "said"), [(12, ""), (0, " fitted to 256.")])
def test_it_says_to_how_many_results_it_was_fitted_where_it_was(
    tmp_path, monkeypatch, fitted_to, said
):
    stored = experiment(tmp_path / "e")
    monkeypatch.setitem(chosen_results.chosen_results.__kwdefaults__, "most", 8)
    monkeypatch.setattr(chosen_results, "MOST_RESULTS", 8)
    fits, _ = newest_fits(stored.trials, "loss")
    model = results_model(stored, rows(stored), fits=fits, fitted_to=fitted_to)
    text = chosen_text(model, Charts(stored).seen, "loss")
    assert text.startswith("The model is of 8 of the 12 results")
    assert text.endswith(said or "evenly over all trials.")
