"""`import armwright`: what it offers, and what it costs."""

import subprocess
import sys

import armwright


def test_everything_offered_is_there():
    for name in armwright.__all__:
        assert getattr(armwright, name) is not None
        assert getattr(armwright, name).__doc__ or name == "__version__"


def test_nothing_heavy_is_loaded_before_it_is_needed():
    code = "import armwright, sys; armwright.merge; armwright.export; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert not loaded & {"jax", "scipy", "pandas", "pyarrow", "aiobotocore"}


def test_an_experiment_goes_through_all_of_it(tmp_path):
    parameters = [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]
    definition = {"parameters": parameters, "objective": {"metric": "m"}, "budget": 2}
    stored = armwright.create(tmp_path / "e", definition, seed=1)
    for trial in stored.loop():
        stored.tell(trial.number, {"m": trial.arm.parameters["x"]})
    assert armwright.verify(tmp_path / "e").ok
    assert armwright.compact(tmp_path / "e").made == ()
    assert armwright.collect_garbage(tmp_path / "e", dry_run=True).removed == ()
    manifest = armwright.export(tmp_path / "e", tmp_path / "e.zip")
    armwright.import_archive(tmp_path / "e.zip", tmp_path / "copy")
    assert manifest["id"] == stored._folder.id
    assert armwright.merge(tmp_path / "e", tmp_path / "copy").added == ()
    assert len(armwright.fork(tmp_path / "e", tmp_path / "f").trials) == 2
    assert armwright.migrate(tmp_path / "e").after == 1
