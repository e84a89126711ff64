"""A snapshot gives back every fact in it, is the same whoever makes it, and is read without us."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from armwright.store.fact import BadFactError, Fact
from armwright.store.fold import Fold, fold, fold_trial
from armwright.store.late_snapshot import facts_in, late_snapshot_body
from armwright.store.layout import (
    arm_path,
    claim_path,
    data_path,
    end_path,
    late_path,
    parse_name,
    s1_path,
    s2_path,
)
from armwright.store.snapshot import Snapshot, joined, snapshot_body

IDS = [f"01M80Q54AQF1PE12KFW7ZYBB{index:02d}" for index in range(20)]
DOCUMENTS = st.dictionaries(
    st.sampled_from(["x", "y", "data", "arms"]),
    st.one_of(
        st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.none()
    ),
)


def fact(path, document=None, *, token="a", **more):  # noqa: S107
    writer = {"id": "w", "host": "node1", "pid": 42}
    return Fact(
        name=parse_name(path),
        token=token,
        writer=writer,
        at="2026-11-22T04:30:52.619Z",
        document=document or {},
        more=more,
    )


def arm(number, **parameters):
    arms = [{"name": f"{number}_0", "parameters": parameters}]
    return fact(arm_path(number), {"config": 1, "arms": arms}, claim={"gpu": number % 3})


def end(number, attempt=1, state="completed", counted=(), **means):
    rows = [
        {"arm_name": f"{number}_0", "metric_name": name, "mean": mean, "sem": None}
        for name, mean in means.items()
    ]
    data = [{"timestamp": 1_000 + number, "rows": rows}] if rows else []
    document = {"state": state, "data": data}
    return fact(end_path(number, attempt), document, counted=list(counted))


def segment_facts(segment=0):
    """A hundred trials, most of them plain."""
    facts = []
    for number in range(100 * segment, 100 * segment + 100):
        facts.append(arm(number, lr=number / 7, layers=number, kernel="rbf", bias=number % 2 == 0))
        facts.append(end(number, loss=number / 3, accuracy=1 - number / 300))
    return facts


def by_trial(facts):
    found = {}
    for one in facts:
        found.setdefault(one.name.number, {})[one.name.path] = one
    return [(fold_trial(number, found[number].values()), found[number]) for number in sorted(found)]


def snapshot_of(facts, path=None):
    path = path or s1_path(facts[0].name.number // 100)
    return Snapshot(parse_name(path), snapshot_body(by_trial(facts))[0])


@st.composite
def segments(draw):
    """Segment 0, among its trials ones that no writer of ours would leave."""
    facts = []
    for number in range(6):
        more = draw(st.sampled_from([{}, {"claim": {"who": 1}}, {"void": True}, {"new": [1]}]))
        facts.append(fact(arm_path(number), draw(DOCUMENTS), **more))
        for attempt in draw(st.lists(st.integers(1, 3), unique=True)):
            ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
            facts += [fact(data_path(number, attempt, ident), draw(DOCUMENTS)) for ident in ids]
            if draw(st.booleans()):
                facts.append(fact(claim_path(number, attempt), draw(DOCUMENTS)))
            if draw(st.booleans()):
                state = draw(st.sampled_from(["completed", "lost"]))
                counted = draw(st.lists(st.sampled_from(IDS)))
                document = {**draw(DOCUMENTS), "state": state}
                facts.append(fact(end_path(number, attempt), document, counted=counted))
    return facts


def filled(facts):
    """A whole segment with these facts in it."""
    return [*facts, *(arm(number, lr=number / 7) for number in range(6, 100))]


def head():
    return [
        fact("experiment.json", {"a": 1}, format=1, features=[], id="x"),
        fact("config/000001.json", {"c": 1}, base=0),
    ]


@settings(max_examples=25)
@given(facts=segments())
def test_every_fact_comes_back(facts):
    facts = filled(facts)
    snapshot = snapshot_of(facts)
    for trial, known in by_trial(facts):
        assert snapshot.facts(trial.number) == known
        assert snapshot.status(trial.number) == trial.status
    assert sum(snapshot.counts.values()) == 100


@settings(max_examples=25)
@given(facts=segments(), data=st.data())
def test_a_snapshot_and_any_of_the_facts_add_up_to_the_facts_alone(facts, data):
    facts = filled(facts)
    late = [fact(late_path(number, IDS[number]), {"note": number}) for number in range(3)]
    beyond = [arm(number, lr=0.5) for number in (100, 101)]
    whole = fold([*head(), *facts, *late, *beyond])
    some = data.draw(st.lists(st.integers(0, len(facts) - 1), max_size=20))
    grown, snapshot = Fold(), snapshot_of(facts)
    parts = [*head(), *(facts[at] for at in some), *late, *beyond, None, None]
    for at in data.draw(st.permutations(range(len(parts)))):
        if parts[at] is None:
            grown.add_snapshot(snapshot)
        else:
            grown.add(parts[at])
        if data.draw(st.booleans()):
            grown.state()
    state = grown.state()
    assert state == whole
    assert list(state.trials) == list(whole.trials)
    assert state.counts == whole.counts
    for status in ("waiting", "running", "completed", "void"):
        assert list(state.with_status(status)) == list(whole.with_status(status))


def test_whoever_makes_it_makes_the_same_bytes():
    facts = segment_facts()
    one, other = (snapshot_body(by_trial(some))[0] for some in (facts, facts[::-1]))
    assert one == other


def test_what_is_beside_a_snapshot_about_its_trials_counts_too():
    facts = segment_facts()
    again = [fact(claim_path(7, 2)), fact(late_path(8, IDS[0]), {"note": 1})]
    state = fold([*head(), *again], snapshots=[snapshot_of(facts)])
    assert state == fold([*head(), *facts, *again])
    assert state.counts == {"completed": 99, "running": 1}
    assert state.trials[8].late == ({"note": 1},)


def test_where_a_file_differs_from_the_snapshot_the_snapshot_counts():
    facts = segment_facts()
    zombie = fact(end_path(7, 1), {"state": "failed"}, token="0")  # noqa: S106
    for order in ((True, False), (False, True)):
        whole = Fold()
        for first in order:
            if first:
                whole.add_snapshot(snapshot_of(facts))
            else:
                whole.add(zombie)
        assert whole.state().trials[7].status == "completed"


def test_a_hundred_of_them_make_one_that_holds_the_same():
    parts = [snapshot_of(segment_facts(segment)) for segment in range(100)]
    body, _ = joined(parts)
    assert joined(parts)[0] == body
    whole = Snapshot(parse_name(s2_path(0)), body)
    assert whole.segments == range(100)
    for number in (0, 99, 100, 5_050, 9_999):
        assert whole.facts(number) == parts[number // 100].facts(number)
    state = fold(head(), snapshots=[*parts[:3], whole, *parts[3:]])
    assert state.counts == {"completed": 10_000}
    assert len(state.trials) == 10_000


def test_parameters_that_changed_their_type_are_not_joined():
    facts = segment_facts(1)
    texts = [arm(100, lr="high"), *facts[1:]]
    parts = [snapshot_of(segment_facts(0)), snapshot_of(texts)]
    assert joined(parts) is None


def test_the_columns_have_the_types_of_their_values():
    facts = segment_facts()
    facts[2] = fact(arm_path(1), {"config": 1, "arms": [{"name": "a", "parameters": {"lr": 1}}]})
    table = parquet.read_table(io.BytesIO(snapshot_body(by_trial(facts))[0]))
    types = {field.name: str(field.type) for field in table.schema if "/" not in field.name}
    assert types == {
        "trial": "int64",
        "status": "string",
        "reason": "string",
        "attempts": "int64",
        "config": "int64",
        "arm": "string",
        "made_at": "timestamp[ms, tz=UTC]",
        "ended_at": "timestamp[ms, tz=UTC]",
        "ended_by": "string",
        "parameters.bias": "bool",
        "parameters.kernel": "string",
        "parameters.layers": "int64",
        "parameters.lr": "double",
        "mean.accuracy": "double",
        "mean.loss": "double",
        "facts": "string",
    }
    rows = table.to_pylist()
    assert [row["trial"] for row in rows] == list(range(100))
    assert (rows[1]["parameters.lr"], rows[3]["parameters.lr"]) == (1.0, 3 / 7)
    assert (rows[3]["mean.loss"], rows[3]["status"]) == (1.0, "completed")


def test_a_repeated_trial_shows_what_its_last_attempt_measured():
    facts = segment_facts()
    facts[15] = end(7, state="failed", loss=None)
    facts.append(end(7, attempt=2, loss=0.25))
    body, _ = snapshot_body(by_trial(facts))
    row = parquet.read_table(io.BytesIO(body)).to_pylist()[7]
    assert (row["mean.loss"], row["attempts"], row["status"]) == (0.25, 2, "completed")
    snapshot = Snapshot(parse_name(s1_path(0)), body)
    assert snapshot.facts(7)[end_path(7, 1)].document["data"][0]["rows"][0]["mean"] is None


def test_the_file_says_which_format_it_has():
    body, token = snapshot_body(by_trial(segment_facts()))
    metadata = parquet.read_metadata(io.BytesIO(body)).metadata
    assert metadata[b"armwright.format"] == b"1"
    assert metadata[b"armwright.token"] == token.encode()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda _: b"", "torn"),
        (lambda _: b"PAR1", "torn"),
        (lambda body: body[: len(body) // 2], "torn"),
        (lambda _: json.dumps({"v": 1}).encode(), "torn"),
        (
            lambda body: body.replace(b"armwright.format\x18\x011", b"armwright.format\x18\x012"),
            "2",
        ),
    ],
)
def test_what_is_no_snapshot_is_refused(change, match):
    body, _ = snapshot_body(by_trial(segment_facts()))
    with pytest.raises(BadFactError, match=match):
        Snapshot(parse_name(s1_path(0)), change(body))


def test_bytes_that_changed_on_disk_are_noticed_when_they_are_read():
    body, _ = snapshot_body(by_trial(segment_facts()))
    changed = bytearray(body)
    changed[len(body) // 2] ^= 1
    with pytest.raises(BadFactError, match="trial 7 cannot be put together"):
        Snapshot(parse_name(s1_path(0)), bytes(changed)).facts(7)


def test_a_snapshot_under_another_name_is_refused():
    body, _ = snapshot_body(by_trial(segment_facts()))
    with pytest.raises(BadFactError, match="its trials are not those that its name says"):
        Snapshot(parse_name(s1_path(1)), body)
    with pytest.raises(BadFactError, match="100 trials, its name says 10000"):
        Snapshot(parse_name(s2_path(0)), body)


@given(documents=st.lists(DOCUMENTS, min_size=1, max_size=5))
def test_late_facts_come_back(documents):
    facts = [fact(late_path(7, IDS[at]), item) for at, item in enumerate(documents)]
    body, token = late_snapshot_body(facts)
    assert facts_in(body) == facts
    assert late_snapshot_body(facts[::-1]) == (body, token)


def test_what_is_no_file_of_late_facts_is_refused():
    with pytest.raises(BadFactError, match="torn or not a snapshot"):
        facts_in(b"PAR1")
    with pytest.raises(BadFactError, match="torn or not a snapshot"):
        facts_in(snapshot_body(by_trial(segment_facts()))[0])
