"""Each fact has one path and each path one meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.store import layout
from armwright.store.layout import parse_name
from armwright.store.ulid import ULID_PATTERN, new_ulid

numbers = st.integers(0, 10**9)
attempts = st.integers(1, 10**6)


@given(number=numbers, attempt=attempts)
def test_every_path_parses_to_what_it_was_made_from(number, attempt):
    ident = new_ulid()
    for path, kind, tries, name_id in [
        (layout.arm_path(number), "arm", None, None),
        (layout.claim_path(number, attempt), "claim", attempt, None),
        (layout.end_path(number, attempt), "end", attempt, None),
        (layout.data_path(number, attempt, ident), "data", attempt, ident),
        (layout.late_path(number, ident), "late", None, ident),
    ]:
        name = parse_name(path)
        assert (name.path, name.kind, name.number) == (path, kind, number)
        assert (name.attempt, name.id) == (tries, name_id)


def test_the_names_made_without_parsing_are_those_that_parsing_gives():
    assert layout.arm_name(42137) == parse_name(layout.arm_path(42137))
    assert layout.end_name(7, 12) == parse_name(layout.end_path(7, 12))


def test_the_paths_are_those_of_format_1():
    ident = "01M80Q54AQF1PE12KFW7ZYBBKJ"
    assert layout.arm_path(42137) == "t/00421/42137.arm.json"
    assert layout.claim_path(42137, 1) == "t/00421/42137.1.claim.json"
    assert layout.end_path(42137, 2) == "t/00421/42137.2.end.json"
    assert layout.data_path(7, 1, ident) == f"t/00000/7.1.data-{ident}.json"
    assert layout.late_path(7, ident) == f"late/{ident}.7.json"
    assert layout.config_path(1) == "config/000001.json"


@pytest.mark.parametrize(
    "path",
    [
        "t/00421/7.arm.json",  # another segment's
        "t/00000/007.arm.json",  # a second spelling of 7
        "t/00000/7.0.claim.json",
        "t/00000/7.01.claim.json",
        "t/00000/7.1.arm.json",
        "t/00000/7.claim.json",
        "t/00000/7.1.data.json",
        "t/00000/7.1.end-01M80Q54AQF1PE12KFW7ZYBBKJ.json",
        "t/00000/7.end.parquet",
        "t/00000/7.arm.json~",
        "t/00000/7.arm.JSON",
        "t/0000/7.arm.json",
        "t/7.arm.json",
        "t/00000/٧.arm.json",
        "t/00000/7.late.json",
        "config/000000.json",
        "config/1.json",
        "late/7.json",
        "late/01m80q54aqf1pe12kfw7zybbkj.7.json",
        "README.md",
        "experiment.json\n",
        "",
    ],
)
def test_any_other_name_is_foreign(path):
    assert parse_name(path) is None


@given(st.text())
def test_no_text_breaks_the_parser(text):
    for path in (text, f"t/00000/{text}", f"late/{text}", f"config/{text}"):
        name = parse_name(path)
        assert name is None or name.path == path


def test_a_kind_of_a_later_version_is_a_name_all_the_same():
    assert parse_name("t/00000/7.1.progress.json").kind == "progress"
    assert not parse_name("t/00000/7.1.data-01M80Q54AQF1PE12KFW7ZYBBKJ.parquet").readable


def test_ulids_rise_within_a_process_and_have_their_shape():
    made = [new_ulid() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert all(ULID_PATTERN.fullmatch(ident) for ident in made)
