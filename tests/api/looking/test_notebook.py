"""What IPython, and with it every notebook, shows: tables of what is known, and charts."""

import pytest
from IPython.core.formatters import DisplayFormatter

from armwright.looking import Plots


@pytest.fixture(scope="module")
def shown():
    formatter = DisplayFormatter()

    def shown(thing):
        bundle, _ = formatter.format(thing)
        return bundle

    return shown


def test_experiments_trials_data_and_spaces_are_tables(stored, shown):
    experiment = stored.experiment
    space, data = experiment.search_space, experiment.lookup_data_for_trial(5)[0]
    for thing in (stored, experiment, experiment.trials[5], data, space):
        assert "<table" in shown(thing)["text/html"], thing


def test_a_figure_is_a_chart(stored, shown):
    bundle = shown(Plots(stored).constraints())
    assert "vega" in bundle["text/html"]
