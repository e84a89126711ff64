"""What is in force, and where it came from: the environment before files, the nearer file first."""

import pytest

from armwright.errors import UsageError
from armwright.settings import VARIABLES, Settings, variable_of


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A current folder and a folder for the user's own settings."""
    (tmp_path / "here").mkdir()
    (tmp_path / "home" / "armwright").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def environ_of(home, **more):
    return {"XDG_CONFIG_HOME": str(home / "home"), **more}


def of(settings, environ, **more):
    return {item.name: (item.value, item.source) for item in settings.in_force(environ, **more)}


def test_without_files_everything_is_as_by_default(home):
    found = of(Settings.load(environ_of(home)), environ_of(home))
    assert found == {name: (value, "default") for name, value in VARIABLES.items()}


def test_the_environment_weighs_more_than_a_file_and_the_nearer_file_more_than_the_other(home):
    (home / "home" / "armwright" / "config.toml").write_text(
        'device = "gpu"\nseed = 3\ncache = "/far"\n[ask]\nwithin = 1\ncount = 4\n'
    )
    (home / "here" / "armwright.toml").write_text(
        'cache = "/near"\ncompile_ahead = false\n[ask]\nwithin = 2.5\n'
    )
    environ = environ_of(home, ARMWRIGHT_DEVICE="cpu", ARMWRIGHT_ASK_COUNT="2")
    settings = Settings.load(environ)
    far = f"file {home}/home/armwright/config.toml"
    found = of(settings, environ, options=["ARMWRIGHT_ASK_COUNT"])
    assert found["device"] == ("cpu", "environment ARMWRIGHT_DEVICE")
    assert found["seed"] == ("3", far)
    assert found["cache"] == ("/near", "file armwright.toml")
    assert found["compile_ahead"] == ("off", "file armwright.toml")
    assert found["ask.within"] == ("2.5", "file armwright.toml")
    assert found["ARMWRIGHT_ASK_COUNT"] == ("2", "environment")
    assert "ask.count" not in found
    assert settings.defaults_of("ask", {"within": "w", "count": "c"}) == {"w": 2.5, "c": 4}
    settings.apply(environ)
    assert {key: environ[variable_of(key)] for key in ("device", "seed", "cache")} == {
        "device": "cpu",
        "seed": "3",
        "cache": "/near",
    }


def test_a_file_that_is_named_takes_the_place_of_the_one_here(home):
    (home / "here" / "armwright.toml").write_text('device = "gpu"\n')
    (home / "mine.toml").write_text('device = "cpu"\n')
    environ = environ_of(home, ARMWRIGHT_CONFIG=str(home / "mine.toml"))
    assert of(Settings.load(environ), environ)["device"] == ("cpu", f"file {home}/mine.toml")


def test_a_variable_that_means_nothing_is_pointed_out(home):
    environ = environ_of(home, ARMWRIGHT_SEEED="3", ARMWRIGHT_PARAM_lr="1", ARMWRIGHT_TRIAL="2")
    found = of(Settings.load(environ), environ)
    assert found["ARMWRIGHT_SEEED"] == ("3", "environment, and means nothing to armwright")
    assert not {"ARMWRIGHT_PARAM_lr", "ARMWRIGHT_TRIAL"} & set(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\ndevice = ]", "armwright.toml is not TOML: .*line 2"),
        ('devise = "gpu"', "armwright.toml: unknown key 'devise'; the keys are experiment"),
        ("device = [1]", r"armwright.toml: device should be a text or a number, got \[1\]"),
    ],
)
def test_a_fault_in_a_file_is_named(text, problem, home):
    (home / "here" / "armwright.toml").write_text(text)
    with pytest.raises(UsageError, match=problem):
        Settings.load(environ_of(home))


def test_a_named_file_must_be_there(home):
    with pytest.raises(UsageError, match=r"no settings file at .*none.toml', which ARMWRIGHT_CONF"):
        Settings.load(environ_of(home, ARMWRIGHT_CONFIG=str(home / "none.toml")))


def test_a_file_that_cannot_be_read_is_named(home):
    (home / "here" / "armwright.toml").mkdir()
    with pytest.raises(UsageError, match=r"cannot read the settings file 'armwright.toml'"):
        Settings.load(environ_of(home))


def test_an_option_that_a_command_does_not_have_is_named(home):
    (home / "here" / "armwright.toml").write_text("[ask]\nwithn = 2\n")
    with pytest.raises(UsageError, match=r"armwright.toml: \[ask\] has no option 'withn'; it has"):
        Settings.load(environ_of(home)).defaults_of("ask", {"within": "within"})
