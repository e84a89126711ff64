"""Azure's Blob Storage: adlfs against Azurite, Microsoft's emulator; Azure was never met."""

import adlfs
import pytest

from armwright.store import ExperimentFolder, StoreError
from armwright.store.testing import SharedCreateContract

pytestmark = pytest.mark.azure


class TestAzurite(SharedCreateContract):
    """The contract."""

    @pytest.fixture
    def place(self, azure):
        return adlfs.AzureBlobFileSystem(), azure.removeprefix("az://")


def test_an_experiment_lives_there(azure):
    folder = ExperimentFolder.create(f"{azure}/lr", document={"a": 1}, config={})
    for number in range(10):
        folder.end(folder.add_trial(lambda *_: {}, claim={}), 1, {"state": "completed"})
        assert ExperimentFolder.open(folder.url).state.trials[number].status == "completed"


def test_a_container_that_is_not_there_is_named(azure):
    assert azure
    with pytest.raises(StoreError, match="there is no container 'none-such'") as caught:
        ExperimentFolder.create("az://none-such/runs/lr", document={}, config={})
    assert not caught.value.retryable
    assert "armwright makes no containers" in caught.value.hint
