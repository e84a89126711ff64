"""Places to keep an experiment, and experiments in them."""

import os
import subprocess
import sys
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for filling.py

from armwright.store import ExperimentFolder
from armwright.store.cutting_proxy import CuttingProxy

pytest.register_assert_rewrite("armwright.store.testing")


@pytest.fixture(autouse=True)
def _nothing_by_chance(monkeypatch):
    """No refresh makes a snapshot now and then; where a test chooses, what it chooses counts."""
    for odds in ("_SELDOM", "_HARDLY_EVER"):
        monkeypatch.setattr(f"armwright.store.compaction.{odds}", 10**15)


@pytest.fixture(params=["disk", "memory"])
def root(request, tmp_path):
    """An empty root, on each file system that is supported."""
    if request.param == "disk":
        return str(tmp_path)
    return f"memory://{uuid.uuid4().hex}"


@pytest.fixture
def folder(root):
    """A fresh experiment."""
    return ExperimentFolder.create(f"{root}/lr", document={"a": 1}, config={"c": 1})


@pytest.fixture
def disk_folder(tmp_path):
    """A fresh experiment on disk, whose files a test can reach."""
    return ExperimentFolder.create(tmp_path / "lr", document={"a": 1}, config={"c": 1})


# Moto looks whether a key exists and then writes it. One request at a time makes it the one step
# that a real server takes.
MOTO = """
import sys, threading
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
WSGIRequestHandler.log_request = lambda *_: None
WSGIRequestHandler.protocol_version = "HTTP/1.1"
app, lock = DomainDispatcherApplication(create_backend_app), threading.Lock()
def one_at_a_time(environ, start):
    with lock:
        return list(app(environ, start))
server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
print(server.port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
"""


@contextmanager
def served(*words):
    """The URL of a server that prints its port, and ends when nobody holds its input."""
    with subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()


@pytest.fixture(scope="session")
def moto_endpoint():
    """An S3 server in a process of its own; a mock, but over a real wire."""
    with served("-W", "ignore", "-c", MOTO) as url:
        yield url


@pytest.fixture
def moto(moto_endpoint, monkeypatch):
    """The URL of an empty bucket on moto; `s3://` leads to moto until the test ends."""
    return bucket_at(moto_endpoint, monkeypatch, f"b-{uuid.uuid4().hex}")


@pytest.fixture
def azure():
    """The URL of an empty folder on Azurite, Microsoft's emulator of Azure's Blob Storage."""
    if "ARMWRIGHT_TEST_AZURE" not in os.environ:
        pytest.skip("ARMWRIGHT_TEST_AZURE is not set: no Azurite; scripts/test-stores starts one")
    return f"az://{os.environ['ARMWRIGHT_TEST_AZURE']}/{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def gcs_server():
    """A server of a few routes of Google Cloud Storage; see gcs_server.py."""
    with served(Path(__file__).with_name("gcs_server.py")) as url:
        yield url


@pytest.fixture
def gcs(gcs_server, monkeypatch):
    """The URL of an empty folder in Google Cloud Storage, as that server plays it."""
    from fsspec.config import conf

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs_server)
    monkeypatch.setitem(conf, "gs", {"token": "anon"})
    return f"gs://bucket/{uuid.uuid4().hex}"


@pytest.fixture
def ceph(monkeypatch):
    """The URL of an empty folder on a real S3 server; `s3://` leads there until the test ends."""
    return f"{bucket_at(ceph_endpoint(1), monkeypatch)}/{uuid.uuid4().hex}"


@pytest.fixture
def ceph_endpoints():
    """The addresses of two gateways to the same objects."""
    return ceph_endpoint(1), ceph_endpoint(2)


def ceph_endpoint(number):
    variable = "ARMWRIGHT_TEST_S3_ENDPOINT" + ("" if number == 1 else f"_{number}")
    if variable not in os.environ:
        pytest.skip(f"{variable} is not set: no real S3 server; scripts/test-stores starts one")
    return os.environ[variable]


def bucket_at(endpoint, monkeypatch, fresh=""):
    """Points s3:// at a server; returns the URL of a bucket there, a fresh one if it has a name."""
    import boto3

    if fresh:  # moto takes any key; a real server's are in the environment
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    if fresh:
        client = boto3.client("s3")
        client.create_bucket(Bucket=fresh)
        client.close()
    return f"s3://{fresh or os.environ.get('ARMWRIGHT_TEST_S3_BUCKET', 'armwright')}"


@pytest.fixture
def cutting():
    """Makes a proxy before a server, which drops answers when it is told to."""
    proxies = []

    def make(endpoint):
        parts = urlsplit(endpoint)
        proxies.append(CuttingProxy(parts.hostname, parts.port))
        return proxies[-1]

    yield make
    for proxy in proxies:
        proxy.__exit__(None, None, None)


@pytest.fixture
def nfs_mounts():
    """A folder on a real NFS, by two mounts that do not share a cache."""
    if "NFS_A" not in os.environ:
        pytest.skip("NFS_A and NFS_B are not set: no NFS; scripts/test-stores starts one")
    name = uuid.uuid4().hex
    Path(os.environ["NFS_A"], name).mkdir()
    return f"{os.environ['NFS_A']}/{name}", f"{os.environ['NFS_B']}/{name}"


@pytest.fixture
def quick_disk():
    """A folder in memory if there is one: this is about what is written, not about when."""
    shared = Path("/dev/shm")  # noqa: S108 removed again below
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield folder


@pytest.fixture
def quick_nfs(nfs_mounts):
    """A folder on NFS; what is left is looked at through the same mount."""
    return nfs_mounts[0]


@pytest.fixture
def base(request):
    """An empty folder or bucket on the file system that is asked for."""
    return request.getfixturevalue(request.param)
