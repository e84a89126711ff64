"""What importing loads, and which names there are."""

import json
import subprocess
import sys
import textwrap

import pytest

from armwright import sigopt

HEAVY = {"jax", "jaxlib", "scipy", "pandas", "pyarrow", "numpy"}


def loaded(code):
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_loads_no_numerical_stack():
    assert not loaded("from armwright import sigopt; sigopt.create_experiment") & HEAVY


@pytest.mark.parametrize("name", sigopt.__all__)
def test_a_name_of_the_list_is_there(name):
    assert getattr(sigopt, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="spam"):
        sigopt.spam  # noqa: B018 - reading it is the point


def says(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_package_is_one_under_a_name_that_a_program_gives_it():
    code = """
        import sys
        import armwright.sigopt
        sys.modules["sigopt"] = armwright.sigopt
        import sigopt.validate
        from sigopt.exception import ApiException
        from sigopt.interface import Connection
        from sigopt.validate.exceptions import ValidationError
        print(ValidationError is armwright.sigopt.validate.ValidationError)
        print(Connection is armwright.sigopt.Connection)
        try:
            Connection().experiments(7).fetch()
        except ApiException as error:
            print(error.status_code)
    """
    assert says(textwrap.dedent(code)).split() == ["True", "True", "404"]


def test_a_part_that_is_not_there_is_not_found_under_another_name_either():
    code = """
        import sys
        import armwright.sigopt
        sys.modules["sigopt"] = armwright.sigopt
        try:
            import sigopt.strange
        except ModuleNotFoundError as error:
            print(error.name)
    """
    assert says(textwrap.dedent(code)) == "sigopt.strange"


def test_the_official_client_stays_itself_beside_ours():
    code = "import armwright.sigopt, sigopt.interface; print(sigopt.interface.__file__)"
    assert "site-packages" in says(code)


MODULES = """
    aiexperiment_context compat config defaults endpoint exception factory file_utils interface lib
    local_run_context objects ratelimit request_driver resource run_context run_params
    sigopt_logging urllib3_patch validate version
"""


@pytest.mark.parametrize("name", MODULES.split())
def test_a_part_is_there_once_the_package_is_imported(name):
    assert getattr(sigopt, name).__name__ == f"armwright.sigopt.{name}"


def test_the_modules_config_is_the_users_choices():
    assert sigopt.config.get_user_agent_info() is None
    assert sigopt.config.config_json_path == sigopt.config.config.config_json_path


def test_the_factory_behind_the_calls_of_the_module_is_there():
    assert sigopt._global_factory.project == "tests"
    assert sigopt._global_run_context.id is None
    assert sigopt.get_default_project() == "tests"
