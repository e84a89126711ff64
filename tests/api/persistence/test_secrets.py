"""No credential and no variable of the environment enters a folder, a message or a document."""

import uuid
import warnings

import pytest

import armwright
from armwright import ax
from armwright.errors import ArmwrightError, ExperimentExistsError, ExperimentNotFoundError

BUCKET = f"bucket-{uuid.uuid4().hex}"
SECRETS = ("hunter2", "AKIAHUNTER", "sig-hunter3", "hunter4-of-the-environment")
DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
    "budget": 6,
}


def clean(text):
    return not any(secret in str(text) for secret in SECRETS)


@pytest.fixture
def bucket(monkeypatch):
    """A bucket of a mock server; reading it takes no credentials of ours."""
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    monkeypatch.setenv("MY_API_KEY", SECRETS[3])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    client = boto3.client("s3", aws_access_key_id="any", aws_secret_access_key="any")  # noqa: S106
    client.create_bucket(Bucket=BUCKET)
    yield client
    client.close()
    server.stop()


def everything(client):
    """Every key and every byte of the bucket."""
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]
    return {key: client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_experiment_opened_with_a_password_keeps_none(bucket, tmp_path, capsys):
    root = f"s3://AKIAHUNTER:hunter2@{BUCKET}/runs"
    stored = armwright.create(f"{root}/e", DEFINITION, seed=1)
    (trial,) = stored.ask()
    stored.report(trial.number, {"loss": 2.0}, step=1)
    stored.tell(trial.number, {"loss": 1.0})
    experiment = ax.load(f"{root}/e", live=True)
    running = experiment.new_trial().add_arm(ax.Arm({"x": 0.5}))
    running.mark_running(no_runner_required=True).mark_failed()
    ax.save(ax.load(f"{root}/e"), f"{root}/saved")
    forked = armwright.fork(f"{root}/e", f"{root}/f")
    manifest = armwright.export(f"{root}/e", tmp_path / "e.zip")
    armwright.import_archive(tmp_path / "e.zip", f"{root}/copy")
    report = armwright.merge(f"{root}/e", f"{root}/copy")
    client = ax.AxClient(store=f"{root}/client")
    client.create_experiment(DEFINITION["parameters"], name="c", objective_name="loss")
    client.get_next_trial()
    client.save_to_json_file(str(tmp_path / "client.json"))
    files = everything(bucket)
    assert len(files) > 15
    for key, body in {**files, **{p.name: p.read_bytes() for p in tmp_path.iterdir()}}.items():
        for secret in SECRETS:
            assert secret not in key
            assert secret.encode() not in body, key
    for text in (stored.url, forked.url, forked.state, manifest, report, repr(stored._folder)):
        assert clean(text)
    printed = capsys.readouterr()
    assert clean(printed.out)
    assert clean(printed.err)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("bucket")
def test_no_message_shows_a_password():
    url = f"s3://AKIAHUNTER:hunter2@{BUCKET}/messages/e"
    armwright.create(url, DEFINITION, seed=1)
    actions = [
        (ExperimentExistsError, lambda: armwright.create(url, DEFINITION)),
        (ExperimentNotFoundError, lambda: armwright.open(f"{url}-none")),
        (ExperimentNotFoundError, lambda: ax.load(f"{url}-none")),
        (ExperimentNotFoundError, lambda: ax.load(f"{url}-none.json")),
        (ArmwrightError, lambda: armwright.merge(url, url)),
        (ArmwrightError, lambda: armwright.export(url, f"{url}.txt")),
        (ArmwrightError, lambda: armwright.open(f"s3://{BUCKET}/runs/e?token=sig-hunter3")),
        (ArmwrightError, lambda: armwright.open(f"s3://AKIAHUNTER:hunter2@{BUCKET}/runs/../e")),
        (ArmwrightError, lambda: armwright.open(url).tell(7, {"loss": 1.0})),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind, action in actions:
            with pytest.raises(kind, match=r".") as caught:
                action()
            assert clean(f"{caught.value} {caught.value!r}"), caught.value


@pytest.mark.parametrize(
    "name",
    ["../e", "a/../../e", "..", "e\x00f", "e\nf", "x" * 256, ".hidden", "ü" * 128],
    ids=repr,
)
def test_no_name_leads_out_of_the_root(tmp_path, name):
    root = tmp_path / "runs"
    root.mkdir()
    client = ax.AxClient(store=f"{root}/ok")
    client.create_experiment(DEFINITION["parameters"], name=name.strip("\x00") or "n")
    from armwright.store import InvalidNameError, experiment_url

    with pytest.raises(InvalidNameError, match="cannot be the name of an experiment"):
        experiment_url(root, name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs"]
    assert sorted(path.name for path in root.iterdir()) == ["armwright-store.json", "ok"]
