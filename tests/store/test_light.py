"""An array task that opens, claims and ends does not pay for what it does not use."""

import subprocess
import sys

HEAVY = "{'jax', 'scipy', 'numpy', 'pandas', 'pyarrow', 'fsspec', 'aiobotocore', 'socket'}"


def test_a_local_experiment_loads_nothing_heavy(tmp_path):
    code = f"""
import sys
from armwright.store import ExperimentFolder
folder = ExperimentFolder.create(sys.argv[1], document={{}}, config={{}})
folder.end(folder.add_trial(lambda *_: {{}}, claim={{}}), 1, {{"state": "completed"}})
print(sorted({HEAVY} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code, f"{tmp_path}/lr"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_module_declares_what_it_exports():
    import importlib
    import pkgutil

    import armwright.store

    for found in pkgutil.iter_modules(armwright.store.__path__):
        module = importlib.import_module(f"armwright.store.{found.name}")
        own = {
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
        }
        assert own - {"Document", "Place"} <= set(module.__all__), module.__name__
        assert all(hasattr(module, name) for name in module.__all__), module.__name__
