"""Objects taken apart into columns come back exactly, whatever JSON they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.store.shred import Public, Template, kind_of, pointer_of, shred, stored, texts

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["@", "@0@", "/", "~", "2026-11-22T04:30:52.619Z", "2026-02-30T04:30:52.619Z"]),
    st.sampled_from(["2026-11-22 04:30:52.000001", "8b2ec99ec2e0f6501c63138255cddc8f", "\ud800"]),
)
KEYS = st.one_of(st.sampled_from(["a", "b", "a/b", "~0", "", "0", "@"]), st.text(max_size=3))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=1, max_size=8)


def rebuilt(parts):
    whole = []
    for row, skeleton in enumerate(parts.skeletons):
        template = Template(skeleton)
        filled = [
            texts([parts.columns[name].values[row]], parts.columns[name].kind)[0]
            for name in template.columns
        ]
        whole.append(template.fill(filled))
    return whole


def same(one, other):
    """Equal, and of equal types: 1 is not 1.0, and -0.0 is not 0.0."""
    return json.dumps(one) == json.dumps(other)


@given(objects=OBJECTS)
def test_what_was_taken_apart_comes_back_exactly(objects):
    assert same(rebuilt(shred(objects, {})), objects)


@given(objects=OBJECTS, data=st.data())
def test_so_it_does_with_public_columns(objects, data):
    keys = data.draw(st.lists(st.sampled_from(["a", "b", "0"]), min_size=1, unique=True))
    kinds = st.sampled_from(["int", "float", "text", "bool"])
    public = {}
    for key in keys:
        kind = data.draw(kinds)
        values = [stored(item.get(key), kind) for item in objects]
        public[f"public.{key}"] = Public(
            kind=kind, values=values, pointers=[pointer_of(key)] * len(objects)
        )
    parts = shred(objects, public)
    assert list(parts.columns)[: len(public)] == list(public)
    assert same(rebuilt(parts), objects)


@given(objects=OBJECTS)
def test_the_same_objects_give_the_same_parts(objects):
    assert shred(objects, {}) == shred(json.loads(json.dumps(objects)), {})


def test_what_differs_goes_into_typed_columns_and_what_is_the_same_does_not():
    objects = [
        {
            "x": number / 7,
            "n": number,
            "id": f"{number:032x}",
            "same": 1,
            "at": f"2026-11-22T04:30:5{number}.619Z",
        }
        for number in range(4)
    ]
    parts = shred(objects, {})
    kinds = {name: column.kind for name, column in parts.columns.items()}
    assert kinds == {"/x": "float", "/n": "int", "/id": "hex", "/at": "utc"}
    assert len(set(parts.skeletons)) == 1


def test_a_value_of_another_type_stays_where_it_was():
    objects = [{"x": 0.5}, {"x": 0.25}, {"x": 1}, {"x": "much"}]
    parts = shred(objects, {})
    assert parts.columns["/x"].values == [0.5, 0.25, None, None]
    assert same(rebuilt(parts), objects)


def test_a_value_that_is_missing_in_its_column_is_named():
    template = Template('{"facts": {"x": null}, "columns": {"/x": null}}')
    with pytest.raises(ValueError, match="missing in its column"):
        template.fill([None])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((1, "int"), (1.0, "float"), (True, "bool"), ("a", "text"), (None, None), ([], None)),
        *((1 << 63, None), ("\ud800", None), ("0" * 32, "hex"), ("A" * 32, "text")),
        *(("2026-11-22T04:30:52.619Z", "utc"), ("2026-13-22T04:30:52.619Z", "text")),
        ("2026-11-22 04:30:52.000001", "local"),
    ],
)
def test_each_value_has_the_kind_that_gives_it_back(value, kind):
    assert kind_of(value) == kind
