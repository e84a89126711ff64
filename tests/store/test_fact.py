"""A fact survives its file, and no bytes but a fact's are taken for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.store.fact import MAX_FACT_BYTES, BadFactError, decode, encode
from armwright.store.layout import parse_name

ARM = parse_name("t/00000/7.arm.json")
END = parse_name("t/00000/7.1.end.json")
WRITER = {"id": "0" * 32, "host": "node1", "pid": 42}
TOKEN = "f" * 32

texts = st.text(st.characters(exclude_categories=["Cs"]))
floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)
documents = st.dictionaries(texts, json_values)


def write(name, document, **more):
    return encode(name, document, token=TOKEN, writer=WRITER, at="now", more=more)


@given(documents)
def test_a_document_comes_back_as_it_was(document):
    fact = decode(ARM, write(ARM, document, claim={"why": "x"}))
    assert fact.document == document
    assert fact.more == {"claim": {"why": "x"}}
    assert (fact.token, fact.writer, fact.by) == (TOKEN, WRITER, "node1.42")


def test_a_document_may_use_every_word_of_the_envelope():
    document = {"v": 9, "kind": "x", "token": None, "document": {}, "trial": "a", "claim": 1}
    assert decode(ARM, write(ARM, document)).document == document


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"loss": float("nan")}, "not JSON compliant"),
        ({"loss": float("inf")}, "not JSON compliant"),
        ({"loss": {1: "a"}}, r"keys must be text, got 1 in document\.loss"),
        ({"loss": object()}, "not JSON serializable"),
        ({"loss": b"bytes"}, "not JSON serializable"),
        ({"loss": "\udcff"}, "surrogates not allowed"),
        ({"loss": "x" * MAX_FACT_BYTES}, "one file holds 4194304"),
    ],
    ids=["nan", "inf", "key", "object", "bytes", "surrogate", "large"],
)
def test_what_is_not_json_is_refused_before_it_is_written(document, problem):
    with pytest.raises(ValueError, match=problem):
        write(ARM, document)


def test_a_document_that_holds_itself_is_refused():
    document = {}
    document["again"] = document
    with pytest.raises(ValueError, match="cannot be written as JSON"):
        write(ARM, document)


GOOD = json.loads(write(END, {"state": "completed"}, counted=[]))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"v": 2}, "written by a newer armwright"),
        ({"v": "1"}, "not a file of armwright's"),
        ({"v": True}, "not a file of armwright's"),
        ({"kind": "arm"}, "'kind' is 'arm', its name says 'end'"),
        ({"trial": 8}, "'trial' is 8, its name says 7"),
        ({"attempt": 2}, "'attempt' is 2, its name says 1"),
        ({"token": ""}, "'token' is ''"),
        ({"writer": None}, "'writer' is None, expected an object"),
        ({"document": []}, r"'document' is \[\], expected an object"),
        ({"document": {}}, "'state' is None, expected one of completed"),
        ({"document": {"state": "sleeping"}}, "'state' is 'sleeping'"),
        ({"document": {"state": []}}, r"'state' is \[\]"),
        ({"counted": "all"}, "'counted' is 'all'"),
    ],
)
def test_a_fact_that_is_not_what_its_name_says_is_refused(change, problem):
    with pytest.raises(BadFactError, match=problem):
        decode(END, json.dumps(GOOD | change).encode())


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "it is empty"),
        (b"\xff\xfe", "not text in UTF-8 from byte 0"),
        (b"[]", "a JSON list, expected an object"),
        (b"null", "a JSON NoneType, expected an object"),
        (b'{"v": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "not JSON"),
        (b"{}", "'v' is None"),
        (b'{"v": ' + b"1" * 5000 + b"}", "not JSON"),
        (b" " * (MAX_FACT_BYTES + 1), "larger than a fact may be"),
    ],
    ids=["empty", "binary", "list", "null", "nan", "deep", "object", "long number", "large"],
)
def test_foreign_bytes_are_refused_with_a_reason(data, problem):
    with pytest.raises(BadFactError, match=problem):
        decode(ARM, data)


@given(st.integers(0, len(write(END, {"state": "completed"})) - 2))
def test_a_fact_torn_anywhere_is_refused(length):
    with pytest.raises(BadFactError, match=r"torn|empty"):
        decode(END, write(END, {"state": "completed"})[:length])


@given(st.binary())
def test_no_bytes_break_the_reader(data):
    with pytest.raises(BadFactError, match=r"."):
        decode(ARM, data)


def test_fields_of_a_later_version_are_kept():
    body = json.dumps(GOOD | {"cost": 3}).encode()
    assert decode(END, body).more == {"counted": [], "cost": 3}
