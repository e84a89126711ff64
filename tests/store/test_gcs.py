"""Google Cloud Storage: the real gcsfs, against a few routes of the API; Google was never met."""

import gcsfs
import pytest

from armwright.store import ExperimentFolder, StoreError
from armwright.store.dialect import GoogleCloudStorage
from armwright.store.objects import ObjectFiles
from armwright.store.testing import CreateContract


class TestGcs(CreateContract):
    """What gcsfs makes of it; a race would only be one of threads in our own server."""

    @pytest.fixture
    def place(self, gcs):
        return ObjectFiles(GoogleCloudStorage(), {"token": "anon"}), gcs.removeprefix("gs://")


def test_an_experiment_lives_there(gcs):
    folder = ExperimentFolder.create(f"{gcs}/lr", document={"a": 1}, config={})
    for number in range(10):
        folder.end(folder.add_trial(lambda *_: {}, claim={}), 1, {"state": "completed"})
        assert ExperimentFolder.open(folder.url).state.trials[number].status == "completed"


def test_a_bucket_that_ignores_the_condition_is_refused(gcs):
    assert gcs
    with pytest.raises(StoreError, match="lets two writers create one file"):
        ExperimentFolder.create("gs://zonal-ignores/lr", document={}, config={})


def test_the_class_for_zonal_buckets_is_left_aside(gcs):
    from armwright.store.files import files_for

    files = files_for(gcsfs.GCSFileSystem(token="anon"))  # noqa: S106
    assert type(files.fs) is gcsfs.core.GCSFileSystem
    files.overwrite(f"{gcs[5:]}/a", b"x")


@pytest.mark.parametrize(
    ("bucket", "problem"),
    [("none-such", "there is no bucket 'none-such'"), ("forbidden", "is refused")],
)
def test_a_bucket_that_cannot_be_used_is_named(gcs, bucket, problem):
    assert gcs
    with pytest.raises(StoreError, match=problem) as caught:
        ExperimentFolder.create(f"gs://{bucket}/runs/lr", document={}, config={})
    assert not caught.value.retryable
    assert caught.value.hint
