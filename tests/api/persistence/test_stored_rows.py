"""Rows of a store as plain values: what they say without a table, and the table they become."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from armwright.experiment import Data
from armwright.persistence.frame_text import data_frames
from armwright.persistence.json_codec import data_from_json
from armwright.persistence.stored_rows import are_plain, stored_rows

PLAIN = {
    "arm_name": ["0_0", "0_1"],
    "metric_name": ["m", "m"],
    "mean": [1, "-inf"],
    "sem": [0.5, None],
    "trial_index": [0, 0],
}


@pytest.mark.parametrize(
    "change",
    [
        {"mean": ["1.5", 2.0]},
        {"mean": [True, 2.0]},
        {"arm_name": [None, "0_1"]},
        {"trial_index": [0, None]},
        {"trial_index": [0.5, 1]},
        {"n": [3, 4]},
        {"colour": ["red", "blue"]},
        {"sem": [0.5]},
    ],
    ids=str,
)
def test_a_table_with_anything_unusual_is_not_plain(change):
    assert are_plain(PLAIN)
    assert not are_plain({**PLAIN, **change})


def test_a_table_without_a_required_column_is_not_plain():
    assert not are_plain({name: cells for name, cells in PLAIN.items() if name != "mean"})


def test_records_are_those_of_the_table():
    (rows,) = stored_rows([PLAIN], data_frames)
    records, table = rows.records(), rows.frame()
    assert rows.count == len(table) == 2
    assert records[0] == table.to_dict("records")[0]
    assert records[1]["mean"] == table["mean"][1] == -math.inf
    assert math.isnan(records[1]["sem"])
    assert math.isnan(table["sem"][1])
    assert [type(cell) for cell in records[0].values()] == [str, str, float, float, int]


def test_many_tables_are_cast_once_and_only_when_one_is_asked_for():
    calls = []

    def cast(tables):
        calls.append(len(tables))
        return data_frames(tables)

    first, second = stored_rows([PLAIN, PLAIN], cast)
    assert (first.count, len(second.records()), calls) == (2, 2, [])
    assert len(first.frame()) == len(second.frame()) == 2
    assert calls == [2]


def document(table):
    columns = {
        name: {str(i): cell for i, cell in enumerate(cells)} for name, cells in table.items()
    }
    return {"__type": "Data", "df": {"value": json.dumps(columns)}, "description": "d"}


def test_plain_documents_and_others_come_back_in_their_order():
    counted = {**PLAIN, "mean": [3.0, 4.0], "n": [5, 6]}
    found = data_from_json([document(PLAIN), document(counted), document(PLAIN)])
    assert [data.records()[0]["mean"] for data in found] == [1.0, 3.0, 1.0]
    assert found[1].df["n"].tolist() == [5, 6]
    assert found[0] == found[2]
    assert found[0].description == "d"


def test_a_document_whose_cells_cannot_be_is_refused_at_once():
    with pytest.raises(ValueError, match="must hold"):
        data_from_json([document({**PLAIN, "trial_index": ["x", "y"]})])


def test_joined_rows_are_the_joined_table():
    read = data_from_json([document(PLAIN)])[0]
    made = Data(pd.DataFrame({"arm_name": ["1_0"], "metric_name": ["m"], "mean": [7.0]}))
    joined = Data.from_multiple_data([read, Data(), made])
    records = joined.records()
    assert joined.count == 3
    assert [row["mean"] for row in records] == [1.0, -math.inf, 7.0]
    assert "sem" not in records[2]
    eager = Data(pd.concat([read.df, made.df], ignore_index=True))
    pd.testing.assert_frame_equal(joined.df, eager.df)
    np.testing.assert_array_equal([row["mean"] for row in joined.records()], joined.df["mean"])
