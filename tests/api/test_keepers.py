"""Who knows the rules that an experiment's configuration holds is registered, not searched for."""

import subprocess
import sys
from pathlib import Path

import armwright
from armwright import keepers
from armwright.persistence import StoredExperiment
from armwright.persistence.arm_maker import DomainArms, maker_of
from armwright.store import ExperimentFolder

DEFINITION = {
    "objective": {"metric": "m"},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


class Own:
    """Keeps rules of its own."""

    def arm_maker(self, folder):
        return ("made for", folder.name)

    def edited(self, state, changes):
        return {}, [f"{key} of {state.version}" for key in changes]


def test_who_registered_makes_the_arms_of_experiments_with_its_key(tmp_path, monkeypatch):
    monkeypatch.setattr(keepers, "_keepers", dict(keepers._keepers))
    keepers.register("own", Own)
    plain = armwright.create(tmp_path / "plain", DEFINITION)
    mine = StoredExperiment.create(tmp_path / "mine", plain.known, parts={"own": {"rule": 1}})
    assert maker_of(ExperimentFolder.open(mine.url)) == ("made for", "mine")
    assert isinstance(maker_of(ExperimentFolder.open(plain.url)), DomainArms)


def test_the_facade_is_registered_and_not_loaded_until_it_is_needed():
    code = (
        "import sys, armwright.persistence.arm_maker as it\n"
        "assert 'armwright.sigopt' not in sys.modules\n"
        "from armwright.keepers import keeper_of as of\n"
        "assert of({'sigopt': {'type': 1}}).__name__ == 'armwright.sigopt.arm_maker'\n"
        "assert of({'sigopt': None}) is None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nothing_below_the_facade_names_its_modules():
    room = Path(armwright.__file__).parent
    for folder in ("persistence", "generation", "experiment", "running"):
        for path in (room / folder).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            assert '"armwright.sigopt' not in code, path
            assert "import armwright.sigopt" not in code, path
            assert "from armwright.sigopt" not in code, path
