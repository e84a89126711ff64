"""What importing the domain costs, and what it offers."""

import importlib
import pkgutil
import subprocess
import sys

import armwright.experiment

HEAVY = ("pandas", "numpy", "scipy", "jax", "pyarrow", "fsspec")
OWN = (
    "from armwright.experiment import *; "
    "space = SearchSpace([RangeParameter('x', ParameterType.FLOAT, 0, 1)]); "
    "trial = Experiment(space).new_trial().add_arm(Arm({'x': 0.5})); "
)


def loaded_by(code):
    code += f"; import sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_domain_loads_nothing_heavy():
    assert loaded_by("import armwright.experiment") == "[]"


def test_an_experiment_without_data_loads_nothing_heavy():
    assert loaded_by(OWN + "trial == trial; repr(trial); space.clone()") == "[]"


def test_the_domain_knows_neither_store_nor_optimizer():
    code = "import armwright.experiment, sys; print([n for n in sys.modules if n in names])"
    code = f"names = ['armwright.store', 'armwright.optimizer']; {code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_module_declares_what_it_exports():
    for info in pkgutil.iter_modules(armwright.experiment.__path__):
        module = importlib.import_module(f"armwright.experiment.{info.name}")
        own = {
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
        }
        assert own <= set(module.__all__), module.__name__


def test_every_name_of_the_package_exists_once():
    names = armwright.experiment.__all__
    assert len(names) == len(set(names))
    assert all(hasattr(armwright.experiment, name) for name in names)
