"""What a user has chosen once for all, and what a command line hands to the scripts it starts.

The choices are in `sigopt.json` in the folder `armwright` of the user's configuration folder
(`XDG_CONFIG_HOME`, else `~/.config`). What is handed on is JSON in base64 in the environment
variable `SIGOPT_CONTEXT`: the run in force, so that `sigopt.log_metric` knows whose metric it is.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Config", "ContextEntry", "UserAgentInfoContext", "config"]

Json = dict[str, Any]


class ContextEntry(Protocol):
    """Something that is handed on, under a name of its own."""

    CONFIG_CONTEXT_KEY: str

    def to_json(self) -> Any:
        """What is handed on."""
        ...


@final
class UserAgentInfoContext:
    """What a connection over HTTP says of the program, beside the client's version.

    Args:
        info: Words.
    """

    CONFIG_CONTEXT_KEY = "user_agent_info"

    def __init__(self, info: Sequence[str]) -> None:
        self.info = info

    def to_json(self) -> list[str]:
        """See `ContextEntry`."""
        return list(self.info)


@final
class Config:
    """The user's choices, and what the environment and this process hand on."""

    API_TOKEN_KEY = "api_token"  # noqa: S105 - a key's name
    CELL_TRACKING_ENABLED_KEY = "code_tracking_enabled"
    LOG_COLLECTION_ENABLED_KEY = "log_collection_enabled"
    CONTEXT_ENVIRONMENT_KEY = "SIGOPT_CONTEXT"

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._choices: Json | None = None
        self._entries: dict[str, ContextEntry] = {}
        self._context = self._handed_on()

    @property
    def config_json_path(self) -> str:
        """The file of the user's choices."""
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        return str(Path(base) / "armwright" / "sigopt.json")

    @property
    def _configuration(self) -> Json:
        """The user's choices, as code for the service looks at them."""
        return self._read()

    @property
    def api_token(self) -> str | None:
        """A token that was given; only a connection over HTTP needs one."""
        token: str | None = self._read().get(self.API_TOKEN_KEY)
        return token

    @property
    def cell_tracking_enabled(self) -> bool:
        """Whether the source of notebook cells is kept with their runs."""
        return bool(self._read().get(self.CELL_TRACKING_ENABLED_KEY, False))

    @property
    def log_collection_enabled(self) -> bool:
        """Whether what runs print is kept with them."""
        return bool(self._read().get(self.LOG_COLLECTION_ENABLED_KEY, False))

    def persist_configuration_options(self, options: Json) -> None:
        """Adds to the user's choices; the file is the user's alone, for a token may be in it."""
        path = Path(self.config_json_path)
        with self._lock:
            choices = {**self._read(), **options}
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(choices, indent=2, sort_keys=True) + "\n")
            fresh.replace(path)
            self._choices = choices

    def get_context_data(self, kind: Any) -> Any:
        """What is handed on under a kind's name; None if there is nothing."""
        entry = self._entries.get(kind.CONFIG_CONTEXT_KEY)
        return self._context.get(kind.CONFIG_CONTEXT_KEY) if entry is None else entry.to_json()

    def set_context_entry(self, entry: ContextEntry) -> None:
        """Hands something on from now on."""
        self._entries[entry.CONFIG_CONTEXT_KEY] = entry

    def set_user_agent_info(self, info: Sequence[str]) -> None:
        """What connections over HTTP say of the program from now on."""
        self.set_context_entry(UserAgentInfoContext(info))

    def get_user_agent_info(self) -> list[str] | None:
        """What they say of it; None if nothing."""
        found: list[str] | None = self.get_context_data(UserAgentInfoContext)
        return found

    def get_environment_context(self, *entries: ContextEntry) -> dict[str, str]:
        """The environment variable for a process that we start.

        Args:
            *entries: Handed on to that process alone.
        """
        handed = {**self._entries, **{entry.CONFIG_CONTEXT_KEY: entry for entry in entries}}
        context = {**self._context, **{key: entry.to_json() for key, entry in handed.items()}}
        encoded = base64.b64encode(json.dumps(context).encode()).decode("ascii")
        return {self.CONTEXT_ENVIRONMENT_KEY: encoded}

    def _handed_on(self) -> Json:
        """What the environment hands on.

        Raises:
            UsageError: It was cut, or is another program's.
        """
        encoded = os.environ.get(self.CONTEXT_ENVIRONMENT_KEY)
        try:
            return _table(base64.b64decode(encoded)) if encoded else {}
        except ValueError as error:
            raise UsageError(
                f"{self.CONTEXT_ENVIRONMENT_KEY} should be JSON in base64: {error}",
                hint="unset it: armwright sigopt run and optimize set it for what they start",
            ) from error

    def _read(self) -> Json:
        """The user's choices.

        Raises:
            UsageError: Their file is no JSON object.
        """
        with self._lock:
            if self._choices is None:
                path = self.config_json_path
                try:
                    self._choices = _table(Path(path).read_bytes())
                except FileNotFoundError:
                    self._choices = {}
                except ValueError as error:
                    raise UsageError(
                        f"{path!r} should hold a JSON object: {error}",
                        hint="remove it, then choose anew: armwright sigopt config",
                    ) from error
            return self._choices


def _table(text: bytes) -> Json:
    found = json.loads(text)
    if not isinstance(found, dict):
        kind = type(found).__name__  # not the text: there may be a token in it
        raise ValueError(f"it holds a {kind}")
    return found


config = Config()


def __getattr__(name: str) -> Any:
    """`sigopt.config` is the object to code written for the service: the module answers for it."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(config, name)
