"""Objects named by text."""

import pytest

from armwright.errors import UsageError
from armwright.experiment import Data, SyntheticRunner
from armwright.running import object_at


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("armwright.experiment.SyntheticRunner", SyntheticRunner),
        ("armwright.experiment:SyntheticRunner", SyntheticRunner),
        ("armwright.experiment:Data.from_evaluations", Data.from_evaluations),
    ],
)
def test_a_path_names_an_object_in_a_module(path, expected):
    assert object_at(path) is expected


@pytest.mark.parametrize("path", ["Runner", "", "module:", ":Name", ".Name"])
def test_a_path_of_another_form_is_refused(path):
    with pytest.raises(UsageError, match=r"should be 'package\.module\.ClassName', got"):
        object_at(path)


def test_a_module_that_cannot_be_imported_is_named():
    with pytest.raises(UsageError, match="importing the module 'no_such_package_here' says"):
        object_at("no_such_package_here.Runner")


def test_a_name_that_is_not_in_the_module_is_named():
    with pytest.raises(UsageError, match=r"'armwright\.experiment' has no 'Ruiner'"):
        object_at("armwright.experiment.Ruiner")
