"""Section 7 of the semantics: Data."""

import hashlib
import json
import warnings

import numpy as np
import pandas as pd
import pytest

from armwright.experiment import (
    REQUIRED_COLUMNS,
    Data,
    clone_without_metrics,
    custom_data_class,
    set_single_trial,
)

COLUMNS = [
    ("arm_name", str),
    ("metric_name", str),
    ("mean", np.float64),
    ("sem", np.float64),
    ("trial_index", np.int64),
    ("start_time", pd.Timestamp),
    ("end_time", pd.Timestamp),
    ("n", np.int64),
    ("frac_nonnull", np.float64),
    ("random_split", np.int64),
    ("fidelities", str),
]
START = 1_587_081_600_000  # 2020-04-17 00:00:00 UTC, in milliseconds


def frame(**columns):
    return pd.DataFrame({"arm_name": ["0_0"], "metric_name": ["m"], "mean": [1.0]} | columns)


def evaluations():
    return {"0_0": {"a": (1.0, 0.1), "b": (2.0, None)}, "0_1": {"a": (3, 0.3), "b": (4, 0.4)}}


# Columns and the constructor ----------------------------------------------------------------


def test_columns_and_their_types_in_display_order():
    assert list(Data.column_data_types().items()) == COLUMNS


def test_required_columns_are_a_set():
    assert Data.required_columns() == REQUIRED_COLUMNS == {"arm_name", "metric_name", "mean"}


def test_data_of_nothing_is_an_empty_table_with_the_required_columns():
    assert Data().df.empty
    assert list(Data().df.columns) == ["arm_name", "metric_name", "mean"]
    assert Data().description is None


@pytest.mark.parametrize("name", sorted(REQUIRED_COLUMNS))
def test_a_missing_required_column_is_an_error(name):
    with pytest.raises(ValueError, match=rf"needs the columns \['{name}'\]"):
        Data(df=frame().drop(columns=name))


def test_an_unknown_column_is_an_error():
    with pytest.raises(ValueError, match=r"no columns \['color'\]"):
        Data(df=frame(color=["red"]))


def test_rows_without_any_value_are_dropped_and_the_index_starts_at_zero():
    empty = pd.DataFrame({"arm_name": [None], "metric_name": [None], "mean": [np.nan]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about the empty row
        df = pd.concat([empty, frame(), empty, frame(mean=[2.0])])
    data = Data(df=df)
    assert list(data.df["mean"]) == [1.0, 2.0]
    assert list(data.df.index) == [0, 1]


def test_columns_are_put_in_display_order():
    names = [name for name, _ in COLUMNS]
    df = frame(trial_index=[0], n=[5], sem=[0.1], fidelities=["{}"])
    given = df[sorted(df.columns, reverse=True)]
    assert list(Data(df=given).df.columns) == [name for name in names if name in df.columns]


def test_numbers_are_cast_to_their_types():
    data = Data(df=frame(mean=[1], sem=[0], trial_index=[0.0], n=["5"], frac_nonnull=[1]))
    types = {name: data.df[name].dtype for name in data.df.columns[2:]}
    assert types == {
        "mean": np.float64,
        "sem": np.float64,
        "trial_index": np.int64,
        "n": np.int64,
        "frac_nonnull": np.float64,
    }


def test_text_is_text_even_where_it_looks_like_a_number():
    data = Data(df=frame(arm_name=[4_1]))
    assert data.df["arm_name"].tolist() == ["41"]


def test_a_gap_in_a_text_column_stays_a_gap():
    df = pd.concat([frame(fidelities=["{}"]), frame(fidelities=[None])])
    assert Data(df=df).df["fidelities"].isna().tolist() == [False, True]


def test_an_integer_column_with_gaps_stays_a_column_of_floats():
    df = pd.concat([frame(n=[5]), frame()])
    column = Data(df=df).df["n"]
    assert column.dtype == np.float64
    assert column[0] == 5.0
    assert np.isnan(column[1])


def test_a_value_that_cannot_be_cast_is_an_error_that_names_the_column():
    with pytest.raises(ValueError, match=r"column 'mean' must hold float64 values, got \['high'\]"):
        Data(df=frame(mean=["high"]))


@pytest.mark.parametrize(
    "given",
    [START, float(START), pd.Timestamp("2020-04-17"), "2020-04-17", np.datetime64("2020-04-17")],
    ids=str,
)
def test_times_are_timestamps_whatever_their_form(given):
    column = Data(df=frame(start_time=[given])).df["start_time"]
    assert column.dtype == "datetime64[ns]"
    assert column[0] == pd.Timestamp("2020-04-17")


def test_the_frame_given_is_left_alone():
    given = frame(sem=[1])
    data = Data(df=given)
    data.df.loc[0, "mean"] = 7.0
    assert given["mean"].tolist() == [1.0]
    assert given["sem"].dtype == np.int64


def test_an_empty_frame_with_columns_is_data_without_rows():
    empty = pd.DataFrame(columns=["arm_name", "metric_name", "mean", "start_time", "n"])
    assert Data(df=empty).df.empty


def test_rows_can_be_selected_by_text_as_in_any_frame():
    df = Data.from_evaluations(evaluations(), 0).df
    selected = df[(df["metric_name"] == "a") & df["arm_name"].isin(["0_1"])]
    assert selected["mean"].tolist() == [3.0]
    assert df["arm_name"].str.startswith("0_").all()
    assert all(type(name) is str for name in df["arm_name"])


# Hash ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"start_time": START}], ids=["plain", "with times"])
def test_df_hash_is_the_md5_of_the_json_text(options):
    data = Data.from_evaluations(evaluations(), 0, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about its default form of times
        text = data.df.to_json()
    assert data.df_hash == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_df_hash_of_a_known_table():
    # The md5sum of the text, by another program.
    assert Data(df=frame()).df.to_json() == (
        '{"arm_name":{"0":"0_0"},"metric_name":{"0":"m"},"mean":{"0":1.0}}'
    )
    assert Data(df=frame()).df_hash == "022711dca456d388019a3f8ee82d5f1d"


# From evaluations ---------------------------------------------------------------------------


def test_from_evaluations_has_a_row_for_each_arm_and_metric():
    df = Data.from_evaluations(evaluations(), trial_index=7).df
    assert df[["arm_name", "metric_name", "mean"]].to_numpy().tolist() == [
        ["0_0", "a", 1.0],
        ["0_0", "b", 2.0],
        ["0_1", "a", 3.0],
        ["0_1", "b", 4.0],
    ]
    assert df["trial_index"].tolist() == [7] * 4
    assert "n" not in df.columns
    assert "start_time" not in df.columns


def test_an_unknown_sem_is_nan():
    df = Data.from_evaluations({"0_0": {"m": (1.0, None)}}, 0).df
    assert df["sem"].dtype == np.float64
    assert df["sem"].isna().all()


def test_numpy_numbers_are_fine_in_evaluations():
    df = Data.from_evaluations({"0_0": {"m": (np.float32(0.5), np.int64(1))}}, 0).df
    assert df[["mean", "sem"]].to_numpy().tolist() == [[0.5, 1.0]]


def test_sample_sizes_become_n():
    df = Data.from_evaluations(evaluations(), 0, sample_sizes={"0_0": 10, "0_1": 20}).df
    assert df["n"].tolist() == [10, 10, 20, 20]
    assert df["n"].dtype == np.int64


def test_no_sample_sizes_make_no_column():
    assert "n" not in Data.from_evaluations(evaluations(), 0, sample_sizes={}).df.columns


def test_a_missing_sample_size_is_a_key_error():
    with pytest.raises(KeyError, match="0_1"):
        Data.from_evaluations(evaluations(), 0, sample_sizes={"0_0": 10})


def test_times_of_evaluations_are_milliseconds():
    df = Data.from_evaluations(evaluations(), 0, start_time=START, end_time=START + 1500).df
    assert df["start_time"].unique().tolist() == [pd.Timestamp("2020-04-17")]
    assert (df["end_time"] - df["start_time"]).unique().tolist() == [pd.Timedelta("1.5s")]


@pytest.mark.parametrize("given", ["start_time", "end_time"])
def test_one_time_makes_both_columns(given):
    df = Data.from_evaluations(evaluations(), 0, **{given: START}).df
    other = {"start_time": "end_time", "end_time": "start_time"}[given]
    assert df[given].notna().all()
    assert df[other].isna().all()
    assert df[other].dtype == "datetime64[ns]"


def test_an_evaluation_that_is_no_pair_is_an_error_that_names_arm_and_metric():
    with pytest.raises(ValueError, match=r"arm '0_0', metric 'm'.*\(mean, sem\), got 1.0"):
        Data.from_evaluations({"0_0": {"m": 1.0}}, 0)


def test_no_evaluations_are_empty_data():
    assert Data.from_evaluations({}, 0) == Data()


def test_from_fidelity_evaluations_writes_the_fidelities_as_json():
    df = Data.from_fidelity_evaluations(
        {
            "0_0": [
                ({"epochs": 1, "size": 0.5}, {"a": (1.0, 0.1)}),
                ({"epochs": 2, "size": 0.5}, {"a": (2.0, None), "b": (3.0, 0.0)}),
            ]
        },
        trial_index=4,
        sample_sizes={"0_0": 9},
        start_time=START,
    ).df
    assert [json.loads(text)["epochs"] for text in df["fidelities"]] == [1, 2, 2]
    assert df["fidelities"][0] == json.dumps({"epochs": 1, "size": 0.5})
    assert df["mean"].tolist() == [1.0, 2.0, 3.0]
    assert df["trial_index"].tolist() == [4] * 3
    assert df["n"].tolist() == [9] * 3
    assert "end_time" in df.columns


# Several tables -----------------------------------------------------------------------------


def test_from_multiple_data_concatenates():
    parts = [Data.from_evaluations({"0_0": {"m": (mean, None)}}, 0) for mean in (1.0, 2.0)]
    data = Data.from_multiple_data([parts[0], Data(), parts[1]])
    assert data.df["mean"].tolist() == [1.0, 2.0]
    assert data.df.index.tolist() == [0, 1]


@pytest.mark.parametrize("parts", [[], [Data()], [Data(), Data()]])
def test_from_multiple_data_of_nothing_is_empty(parts):
    assert Data.from_multiple_data(parts) == Data()


def test_tables_with_different_columns_concatenate_with_gaps():
    timed = Data.from_evaluations({"0_0": {"m": (1.0, 0.1)}}, 0, {"0_0": 5}, START)
    plain = Data.from_evaluations({"1_0": {"m": (2.0, 0.1)}}, 1)
    df = Data.from_multiple_data([plain, timed]).df
    assert df["n"].isna().tolist() == [True, False]
    assert df["start_time"].isna().tolist() == [True, False]
    assert df["trial_index"].dtype == np.int64


def test_set_single_trial_puts_all_rows_in_trial_0():
    data = Data.from_multiple_data(
        [Data.from_evaluations({"0_0": {"m": (1.0, 0.1)}}, index) for index in (3, 4)]
    )
    assert set_single_trial(data).df["trial_index"].tolist() == [0, 0]
    assert data.df["trial_index"].tolist() == [3, 4]


def test_set_single_trial_adds_no_column():
    assert "trial_index" not in set_single_trial(Data(df=frame())).df.columns


def test_clone_without_metrics():
    data = Data.from_evaluations(evaluations(), 0)
    assert clone_without_metrics(data, ["a"]).df["metric_name"].unique().tolist() == ["b"]
    assert clone_without_metrics(data, {"a", "b"}).df.empty
    assert len(data.df) == 4


def test_a_custom_data_class_has_further_columns():
    kind = custom_data_class(
        column_data_types={"color": str, "shipped": pd.Timestamp},
        required_columns={"color"},
        time_columns={"shipped"},
    )
    assert kind.required_columns() == REQUIRED_COLUMNS | {"color"}
    assert list(kind.column_data_types())[-2:] == ["color", "shipped"]
    assert kind.time_columns() == {"start_time", "end_time", "shipped"}
    data = kind(df=frame(color=["red"], shipped=[START]))
    assert data.df["shipped"][0] == pd.Timestamp("2020-04-17")
    assert isinstance(data, Data)
    with pytest.raises(ValueError, match="color"):
        kind(df=frame())
    with pytest.raises(ValueError, match="color"):
        Data(df=frame(color=["red"]))


def test_custom_data_stay_of_their_class_when_concatenated():
    kind = custom_data_class(column_data_types={"color": str})
    joined = Data.from_multiple_data([Data(df=frame()), kind(df=frame(color=["red"]))])
    assert isinstance(joined, kind)
    assert joined.df["color"].isna().tolist() == [True, False]


def test_the_description_is_kept():
    assert Data(df=frame(), description="pilot").description == "pilot"
