"""What an object store's error means, whichever library raised it.

s3fs, gcsfs and adlfs each have their own exceptions over those of botocore, Google and Azure, and
hide one in another. Here they are sorted by what can be done about them. The types are told by
their names, so that no library is imported for the sake of an error that it did not raise.
"""

import errno
import os
from collections.abc import Iterator
from typing import Any, Literal

__all__ = ["Trouble", "as_os_error", "told", "trouble_of"]

Trouble = Literal["missing", "no bucket", "refused", "exists", "empty", "unsupported", "passing"]

_NO_BUCKET = {"NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted", "InvalidBucketName"}
_REFUSED = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "ProfileNotFound",
    "DefaultCredentialsError",
    "ClientAuthenticationError",
    "CredentialUnavailableError",
}
# Of the server's own words for one thing, and of the libraries' classes for another.
_PASSING_CODES = {
    "SlowDown",
    "RequestTimeout",
    "InternalError",
    "ServiceUnavailable",
    "OperationAborted",
    "ConditionalRequestConflict",
    "Throttling",
    "ThrottlingException",
    "ServerBusy",
    "OperationTimedOut",
    "XAmzContentSHA256Mismatch",
}
_PASSING_TYPES = {
    "HTTPClientError",  # botocore: time-outs, a connection closed too early
    "ConnectionError",  # its own, and Python's
    "ResponseParserError",
    "ClientError",  # aiohttp's; botocore's of the same name has a status, which goes first
    "ServiceRequestError",  # azure
    "ServiceResponseError",
    "IncompleteReadError",
    "TransportError",  # google.auth
    "RequestException",
    "ChecksumError",
    "TimeoutError",
}
_PASSING_NUMBERS = {
    errno.EIO,
    errno.EREMOTEIO,
    errno.EBUSY,
    errno.EAGAIN,
    errno.ETIMEDOUT,
    errno.ESTALE,
    errno.ECONNRESET,
    errno.ECONNREFUSED,
    errno.ECONNABORTED,
    errno.EPIPE,
}
_LIBRARIES = {"botocore", "aiobotocore", "aiohttp", "azure", "gcsfs", "google", "requests"}
_PASSING_STATUS = {408, 409, 425, 429, 500, 502, 503, 504}


def trouble_of(error: BaseException) -> Trouble | None:
    """Says what kind of trouble an error is; None for one that is of no known kind.

    The kinds: the object is missing; its bucket is; we may not, or cannot say who we are; it exists
    already; a range of an empty object was asked for; the server cannot do this; it may pass.
    """
    chain = list(_chain(error))
    codes = {code for one in chain if (code := _code(one))}
    types = {base.__name__ for one in chain for base in type(one).__mro__}
    status = next((number for one in chain if (number := _status(one))), 0)
    if codes & _NO_BUCKET:
        return "no bucket"
    if codes & _PASSING_CODES:
        return "passing"
    forbidden = str(error).startswith("Forbidden")  # gcsfs has no type for it
    if status in (401, 403) or types & _REFUSED or "PermissionError" in types or forbidden:
        return "refused"
    if isinstance(error, ValueError) and "credential" in str(error):  # adlfs, given no account
        return "refused"
    if status == 404 or "FileNotFoundError" in types:
        return "missing"
    if status == 412 or types & {"FileExistsError", "ResourceExistsError"}:
        return "exists"
    if status == 416:
        return "empty"
    if status in (405, 501):
        return "unsupported"
    if status in _PASSING_STATUS:
        return "passing"
    if not status and types & _PASSING_TYPES:
        return "passing"
    numbers = {one.errno for one in chain if isinstance(one, OSError)}
    return "passing" if not status and numbers & _PASSING_NUMBERS else None


def told(error: BaseException) -> str:
    """Returns what the server or the library said, in one line and lower case."""
    for one in reversed(list(_chain(error))):
        response = getattr(one, "response", None)
        if isinstance(response, dict):
            said = response.get("Error", {})
            text = said.get("Message") or said.get("Code")
            if text:
                return _line(str(text))
    if isinstance(error, OSError) and error.strerror:
        return _line(error.strerror)
    return _line(str(error)) or type(error).__name__


def as_os_error(error: BaseException) -> OSError:
    """Returns an OSError that says the same: with a number by which `store.failure` sorts it."""
    trouble = trouble_of(error)
    if trouble in ("missing", "no bucket"):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if trouble == "refused":
        return PermissionError(errno.EACCES, told(error))
    if trouble == "passing":
        return OSError(errno.EIO, told(error))
    if isinstance(error, OSError) and error.errno:
        return OSError(error.errno, told(error))
    return OSError(errno.EINVAL, told(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    rest: BaseException | None = error
    while rest is not None and id(rest) not in seen:
        seen.add(id(rest))
        yield rest
        rest = rest.__cause__ or _hidden(rest.__context__)


def _hidden(error: BaseException | None) -> BaseException | None:
    """What a library caught and hid in its own error; not what our caller happens to handle."""
    library = error is not None and type(error).__module__.partition(".")[0] in _LIBRARIES
    return error if library else None


def _code(error: BaseException) -> str:
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code") or "")
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _status(error: BaseException) -> int:
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        found = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        found = getattr(error, "status_code", None) or getattr(error, "status", None)
        found = found or getattr(error, "code", None)
    return int(found) if isinstance(found, int) or str(found).isdigit() else 0


def _line(text: str) -> str:
    first = " ".join(text.split())[:300].rstrip(". ")
    sentence = " " in first and first[1:2].islower()
    return first[:1].lower() + first[1:] if sentence else first
