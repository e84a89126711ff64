"""What is in force and where it came from: a flag, else the environment, else a settings file.

The file is TOML: `ARMWRIGHT_CONFIG`, else `armwright.toml` in the current folder, and beneath it
`armwright/config.toml` in `XDG_CONFIG_HOME` or `~/.config`. Keys at its top stand for environment
variables; a table stands for a command and its options.

    experiment = "s3://team/lr"     # ARMWRIGHT_EXPERIMENT
    device = "cpu"                  # ARMWRIGHT_DEVICE

    [ask]
    within = 2.0                    # ARMWRIGHT_ASK_WITHIN, armwright ask --within 2

Only the `armwright` command reads the file; Python programs go by the environment alone.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping

__all__ = ["VARIABLES", "Setting", "Settings", "variable_of"]

_PREFIX = "ARMWRIGHT_"
VARIABLES: Final[Mapping[str, str]] = {
    "experiment": "none: each command names it",
    "store": "./armwright-store, for SigOpt's code; armwright list looks in .",
    "seed": "fresh entropy, recorded in the experiment",
    "cache": "~/.cache/armwright",
    "compile_ahead": "on",
    "device": "auto",
    "gpu_rows": "1000",
}  # key of the file -> what holds where nothing is said
_OF_A_TRIAL = (
    *("config", "trial", "attempt", "arm", "slot", "folder", "checkpoint"),
    *("parameters", "parameters_file", "result_file"),
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing that can be set.

    Attributes:
        name: As in the file: device, or ask.within.
        value: In force, as text.
        source: environment ARMWRIGHT_DEVICE, file PATH, or default.
    """

    name: str
    value: str
    source: str

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return {"name": self.name, "value": self.value, "source": self.source}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the files say.

    Attributes:
        files: Those that were read, the weightier first.
        values: At the top, as text, with the file that says it.
        options: Of each command, by the option's long name without dashes, with the file.
    """

    files: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, tuple[Any, str]]] = field(default_factory=dict)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads the files there are.

        Raises:
            UsageError: One cannot be read, or has a key that means nothing; says which.
        """
        files: list[str] = []
        values: dict[str, tuple[str, str]] = {}
        options: dict[str, dict[str, tuple[Any, str]]] = {}
        for path, must_be in _places(environ):
            document = _read(path, must_be=must_be)
            if document is None:
                continue
            files.append(path)
            for key, value in document.items():
                if isinstance(value, dict):
                    table = options.setdefault(key, {})
                    for name, item in value.items():
                        table.setdefault(name.replace("_", "-"), (item, path))
                elif key in VARIABLES:
                    values.setdefault(key, (_text(value, key, path), path))
                else:
                    raise UsageError(
                        f"{path}: unknown key {key!r}; the keys are {', '.join(VARIABLES)}, and a "
                        "table for each command"
                    )
        return cls(files=tuple(files), values=values, options=options)

    def apply(self, environ: MutableMapping[str, str] = os.environ) -> list[str]:
        """Sets the variables that the environment does not set itself; returns which."""
        values = {variable_of(key): value for key, (value, _) in self.values.items()}
        fresh = [name for name in values if name not in environ]
        for name in fresh:
            environ[name] = values[name]
        return fresh

    def in_force(
        self, environ: Mapping[str, str] = os.environ, *, options: Iterable[str] = ()
    ) -> Iterator[Setting]:
        """Everything that can be set at the top, and what is set of commands' options.

        Args:
            environ: As it was before `apply`.
            options: The variables of all commands' options.

        Yields:
            Each, with where it came from; also variables that look like ours and mean nothing.
        """
        for key, default in VARIABLES.items():
            variable = variable_of(key)
            if variable in environ:
                value, source = environ[variable], f"environment {variable}"
            elif key in self.values:
                value, path = self.values[key]
                source = f"file {path}"
            else:
                value, source = default, "default"
            yield Setting(name=key, value=value, source=source)
        for verb, table in self.options.items():
            for name, (item, path) in table.items():
                variable = variable_of(verb, name)
                if variable not in environ:
                    yield Setting(name=f"{verb}.{name}", value=str(item), source=f"file {path}")
        options = set(options)
        for variable in sorted(name for name in environ if name.startswith(_PREFIX)):
            if variable in options:
                yield Setting(name=variable, value=environ[variable], source="environment")
            elif not _is_known(variable):
                source = "environment, and means nothing to armwright"
                yield Setting(name=variable, value=environ[variable], source=source)

    def defaults_of(self, verb: str, names: Mapping[str, str]) -> dict[str, Any]:
        """What the files say of a command's options.

        Args:
            verb: The command.
            names: Of its options: the long name without dashes to the parameter's.

        Raises:
            UsageError: A file sets an option that the command does not have.
        """
        found = {}
        for name, (value, path) in self.options.get(verb, {}).items():
            if name not in names:
                raise UsageError(
                    f"{path}: [{verb}] has no option {name!r}; it has {', '.join(names)}"
                )
            found[names[name]] = value
        return found


def _is_known(variable: str) -> bool:
    """Whether it is one of the keys', or what a worker gives to its command."""
    key = variable.removeprefix(_PREFIX).lower()
    return key in (*VARIABLES, *_OF_A_TRIAL) or key.startswith("param_")


def variable_of(*parts: str) -> str:
    """The environment variable of a key, or of a command and its option."""
    return _PREFIX + "_".join(part.replace("-", "_").upper() for part in parts)


def _places(environ: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Paths of settings files, the weightier first, and whether each must be there."""
    named = environ.get("ARMWRIGHT_CONFIG")
    if named:
        yield named, True
    else:
        yield "armwright.toml", False
    home = environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    yield f"{home}/armwright/config.toml", False


def _read(path: str, *, must_be: bool) -> dict[str, Any] | None:
    try:
        with Path(path).open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError as error:
        if not must_be:
            return None
        raise UsageError(f"no settings file at {path!r}, which ARMWRIGHT_CONFIG names") from error
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read the settings file {path!r}: {words}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error


def _text(value: Any, key: str, path: str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str | int | float):
        return str(value)
    raise UsageError(f"{path}: {key} should be a text or a number, got {value!r}")
