"""What is peculiar to one kind of object store: how it is opened, listed and cleared.

Creating and reading are fsspec's own calls and the same for all; they are in
`armwright.store.objects`. Each dialect keeps its library from caching listings, and from repeating
a request behind our back where it can be kept from it: a repeat hides that an answer was lost. It
cannot quite, for aiohttp repeats a put once by itself when the connection breaks.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ClassVar, final

from armwright.store.errors import StoreError
from armwright.store.files import MAX_TABLE_BYTES

__all__ = ["DIALECTS", "S3", "Azure", "Dialect", "GoogleCloudStorage"]

# Above this many bytes the libraries would send a body in several requests.
_ONE_REQUEST = 2 * MAX_TABLE_BYTES
_AT_ONCE = 32

# One name in a folder, and whether it is a folder itself.
Entry = tuple[str, bool]


class Dialect(ABC):
    """One kind of object store; what stands here are fsspec's own calls, right for any of them.

    Attributes:
        extra: Of armwright's optional dependencies, the one that installs the library.
        package: The library.
        bucket: What its users call a bucket.
        environment: Beginnings of the names of environment variables that its library reads.
        create: Arguments that make `pipe_file` exclusive, and one request.
        hint: What to do when it does not know who we are, or refuses us.
    """

    extra: ClassVar[str]
    package: ClassVar[str]
    bucket: ClassVar[str] = "bucket"
    environment: ClassVar[tuple[str, ...]]
    create: ClassVar[Mapping[str, Any]] = {"mode": "create", "chunksize": _ONE_REQUEST}
    hint: ClassVar[str]

    def __reduce__(self) -> tuple[type["Dialect"], tuple[()]]:
        return type(self), ()

    @abstractmethod
    def open(self, options: Mapping[str, Any]) -> Any:
        """Returns a file system of fsspec's, of its own, without a cache of listings."""

    def anew(self, kind: Any, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
        """Returns a file system like one that somebody else opened."""
        kept = {name: options[name] for name in options if name not in ("asynchronous", "loop")}
        return kind(*arguments, **{**kept, **_OF_ITS_OWN})

    def entries(self, fs: Any, folder: str) -> Iterator[Entry]:
        """Yields what is in a folder, and nothing if it is not there."""
        with suppress(FileNotFoundError):
            for entry in fs.ls(folder, detail=True):
                name = entry["name"].rstrip("/")
                if name != folder:
                    yield name.rpartition("/")[2], entry["type"] == "directory"

    def remove_many(self, fs: Any, paths: list[str]) -> None:
        """Removes objects, never by a pattern that a name happens to spell; some may be gone."""

        def remove(path: str) -> None:
            with suppress(FileNotFoundError):
                fs.rm_file(path)

        with ThreadPoolExecutor(min(_AT_ONCE, len(paths) or 1)) as pool:
            for _ in pool.map(remove, paths):
                pass

    def modified(self, fs: Any, path: str) -> float:
        """Says when an object was written, by the server's clock."""
        written: float = fs.modified(path).timestamp()
        return written


@final
class S3(Dialect):
    """Amazon's S3, and the many that speak its language, through s3fs."""

    extra = "s3"
    package = "s3fs"
    environment = ("AWS_", "FSSPEC_S3")
    hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, for one who may"

    def open(self, options: Mapping[str, Any]) -> Any:
        """Returns a file system that sends each request once."""
        from fsspec.config import conf
        from s3fs import S3FileSystem

        known = {**conf.get("s3", {}), **options}
        once = {"retries": {"total_max_attempts": 1}, "max_pool_connections": 2 * _AT_ONCE}
        config = {**once, **known.get("config_kwargs", {})}
        fs = S3FileSystem(**{**known, "config_kwargs": config}, **_OF_ITS_OWN)
        fs.retries = 1
        return fs

    def entries(self, fs: Any, folder: str) -> Iterator[Entry]:
        """Lists a folder: one request for each 1,000 names, and none to see that it is empty."""
        bucket, key, _ = fs.split_path(folder)
        prefix = f"{key}/" if key else ""
        more: dict[str, str] = {}
        while True:
            page = fs.call_s3(
                "list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/", **more
            )
            for item in page.get("CommonPrefixes", ()):
                yield item["Prefix"].removeprefix(prefix).rstrip("/"), True
            for item in page.get("Contents", ()):
                if item["Key"] != prefix:  # a marker that some tools leave for an empty folder
                    yield item["Key"].removeprefix(prefix), False
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def remove_many(self, fs: Any, paths: list[str]) -> None:
        """Removes objects, 1,000 in a request."""
        for start in range(0, len(paths), 1000):
            split = [fs.split_path(path) for path in paths[start : start + 1000]]
            answer = fs.call_s3(
                "delete_objects",
                Bucket=split[0][0],
                Delete={"Objects": [{"Key": key} for _, key, _ in split], "Quiet": True},
            )
            for failed in answer.get("Errors", ()):
                if failed.get("Code") != "NoSuchKey":
                    raise StoreError(
                        f"cannot remove {failed.get('Key')!r}: {failed.get('Message')}"
                    )

    def modified(self, fs: Any, path: str) -> float:
        """Asks for the head of an object."""
        bucket, key, _ = fs.split_path(path)
        head = fs.call_s3("head_object", Bucket=bucket, Key=key)
        written: float = head["LastModified"].timestamp()
        return written


@final
class GoogleCloudStorage(Dialect):
    """Google's Cloud Storage, through gcsfs.

    The class for zonal buckets is left aside: it accepts an exclusive create and overwrites, and
    asks every bucket what it is.
    """

    extra = "gcs"
    package = "gcsfs"
    environment = ("GOOGLE_", "GCSFS_", "STORAGE_EMULATOR_HOST", "FSSPEC_G")
    hint = "log in as one who may (gcloud auth application-default login), or set "
    hint += "GOOGLE_APPLICATION_CREDENTIALS"

    def open(self, options: Mapping[str, Any]) -> Any:
        """Returns a file system for buckets that are not zonal."""
        from gcsfs.core import GCSFileSystem

        return GCSFileSystem(**options, **_OF_ITS_OWN)

    def anew(self, kind: Any, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
        """Returns a file system for buckets that are not zonal."""
        from gcsfs.core import GCSFileSystem

        plain = GCSFileSystem if kind.__module__.startswith("gcsfs.") else kind
        return super().anew(plain, arguments, options)


@final
class Azure(Dialect):
    """Azure's Blob Storage, through adlfs."""

    extra = "azure"
    package = "adlfs"
    bucket = "container"
    environment = ("AZURE_", "FSSPEC_A")
    create: ClassVar[Mapping[str, Any]] = {"overwrite": False}
    hint = "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or "
    hint += "AZURE_STORAGE_CONNECTION_STRING, for one who may"

    def open(self, options: Mapping[str, Any]) -> Any:
        """Returns a file system."""
        from adlfs import AzureBlobFileSystem

        return AzureBlobFileSystem(**options, **_OF_ITS_OWN)


_OF_ITS_OWN: Mapping[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}

_S3, _GCS, _AZURE = S3(), GoogleCloudStorage(), Azure()
DIALECTS: Mapping[str, Dialect] = {
    "s3": _S3,
    "s3a": _S3,
    "gs": _GCS,
    "gcs": _GCS,
    "az": _AZURE,
    "abfs": _AZURE,
    "abfss": _AZURE,
}
