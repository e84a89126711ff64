"""From a URL to a place: which file system, which root, which experiment; and which names are safe.

An experiment's URL is `<root>/<name>`: a local path, or any URL fsspec knows.
"""

import os
import unicodedata
from dataclasses import dataclass, field

from armwright.store.address import LOCAL_PROTOCOLS, OBJECT_PROTOCOLS, parse_address, shown
from armwright.store.errors import InvalidNameError
from armwright.store.files import Files, files_for_address
from armwright.store.layout import MARKER_FILE

__all__ = ["Location", "check_name", "experiment_url", "locate", "locate_root"]

# What the common file systems allow in one name, in bytes of UTF-8.
_MAX_NAME_BYTES = 255
_SEPARATORS = "/\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A folder on a file system.

    Attributes:
        url: As people write it, absolute, without credentials.
        files: The file system.
        path: Of the folder, in that file system.
        opening: The URL with the credentials it was given with, if it was; never shown.
    """

    url: str
    files: Files
    path: str
    opening: str = field(default="", repr=False, compare=False)

    @property
    def name(self) -> str:
        """Last part of the path: the experiment's name."""
        return self.path.rpartition("/")[2]

    @property
    def root(self) -> "Location":
        """The folder it lies in."""
        root_url = self.url.rpartition("/")[0]
        if not root_url or root_url.endswith(("/", ":")):
            root_url += "/"
        path = self.path.rpartition("/")[0] or "/"
        return Location(url=root_url, files=self.files, path=path)

    def join(self, relative: str) -> str:
        """Returns the path of something in this folder."""
        return f"{self.path.rstrip('/')}/{relative}"


def locate(url: str | os.PathLike[str]) -> Location:
    """Finds the place an experiment's URL names; looks nowhere yet.

    Raises:
        InvalidNameError: The last part of the URL cannot be an experiment's name.
        StoreError: The URL's file system is not supported.
    """
    location = locate_root(url)
    text = shown(os.fspath(url))
    bucket = text.startswith(tuple(f"{name}://" for name in OBJECT_PROTOCOLS))
    if location.path == "/" or (bucket and "/" not in location.path):
        raise _nameless(text)
    if text.rstrip(_SEPARATORS).endswith(".."):
        raise _nameless(text)
    check_name(location.name)
    return location


def locate_root(url: str | os.PathLike[str]) -> Location:
    """Finds the place a URL names, without asking that it could be an experiment's.

    Raises:
        InvalidNameError: The URL is empty, has a NUL in it, or cannot be taken apart.
        StoreError: The URL's file system is not supported.
    """
    text = os.fspath(url)
    if not text or "\0" in text:
        raise InvalidNameError(f"expected a path or URL, got {shown(text)!r}")
    address = parse_address(text)
    if address.protocol in LOCAL_PROTOCOLS:
        path = os.path.abspath(os.path.expanduser(address.rest))  # noqa: PTH100, PTH111
        path = path.replace(os.sep, "/")
        return Location(url=path, files=files_for_address(address), path=path)
    parts = [part for part in address.rest.split("/") if part]
    if ".." in parts or "." in parts:
        raise InvalidNameError(f"{address.shown!r} has a part '.' or '..'", hint="write it out")
    files = files_for_address(address)
    if address.protocol == "memory":
        path = "/" + "/".join(parts)
        return Location(url=f"memory:/{path}", files=files, path=path)
    if address.protocol in OBJECT_PROTOCOLS:
        if not parts:
            raise InvalidNameError(
                f"{address.shown!r} names no bucket", hint=f"{address.protocol}://BUCKET/FOLDER"
            )
        path = "/".join(parts)
    else:
        path = files.path_of(address.shown)  # type: ignore[attr-defined]  # a SingleWriterFiles
    return Location(
        url=_tidy(address.shown),
        files=files,
        path=path,
        opening=text if address.has_secret else "",
    )


def _nameless(text: str) -> InvalidNameError:
    return InvalidNameError(
        f"{text!r} does not name an experiment: expected <root>/<name>",
        hint="give the folder by its own name, for example ./runs/lr",
    )


def _tidy(url: str) -> str:
    protocol, _, rest = url.partition("://")
    root = "/" if rest.startswith("/") else ""
    return f"{protocol}://{root}{'/'.join(part for part in rest.split('/') if part)}"


def experiment_url(root: str | os.PathLike[str], name: str) -> str:
    """Returns the URL of the experiment `name` in `root`; the name cannot lead out of the root.

    Raises:
        InvalidNameError: The name cannot be a folder's.
    """
    check_name(name)
    text = os.fspath(root)
    return f"{text}{name}" if text.endswith("/") else f"{text}/{name}"


def check_name(name: str) -> None:
    """Raises InvalidNameError unless `name` can be the folder of an experiment anywhere."""
    problem = _problem(name)
    if problem:
        raise InvalidNameError(
            f"{name!r} cannot be the name of an experiment: it {problem}",
            hint="letters, digits, spaces, '-', '_' and '.' are always fine",
        )


def _problem(name: str) -> str:
    if not name:
        return "is empty"
    if any(separator in name for separator in _SEPARATORS):
        return "has a path separator"
    if name.startswith("."):
        return "starts with a dot"
    if name != name.strip():
        return "starts or ends with a space"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name):
        return "has a control character"
    length = len(name.encode())
    if length > _MAX_NAME_BYTES:
        return f"is {length} bytes long, {_MAX_NAME_BYTES} are allowed"
    if name == MARKER_FILE:
        return "is the store's own file"
    return ""
