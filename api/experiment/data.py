"""Observed results as a table: one row for each arm, metric and trial."""

import hashlib
import json
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from armwright.experiment.aliases import TFidelityTrialEvaluation, TTrialEvaluation
from armwright.experiment.comparable import Comparable
from armwright.experiment.pictured import facts_html, table_html
from armwright.experiment.rows import JoinedRows, Rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "REQUIRED_COLUMNS",
    "Data",
    "clone_without_metrics",
    "custom_data_class",
    "set_single_trial",
]

REQUIRED_COLUMNS = {"arm_name", "metric_name", "mean"}


class Data(Comparable):
    """A table of means and their standard errors, with the columns and types given below.

    Columns, in the order in which the table shows them; the first three are required:

        arm_name, metric_name    text
        mean                     mean outcome, in the metric's unit
        sem                      standard error of the mean, same unit; NaN if unknown
        trial_index              the trial that the arm ran in
        start_time, end_time     timestamps of the period observed
        n                        number of samples behind the mean
        frac_nonnull             fraction of the samples that had a value
        random_split             index of the part of the samples used
        fidelities               values of the fidelity parameters, JSON text

    Args:
        df: The table; rows without any value are dropped, and columns are cast to their types. A
            column of integers that has gaps stays a column of floats. Whole numbers in a column of
            times are milliseconds since 1970, UTC. None for an empty table.
        description: For people.
    """

    def __init__(self, df: "pd.DataFrame | None" = None, description: str | None = None) -> None:
        self._rows: Rows | None = None
        self._df: pd.DataFrame | None = None if df is None else self._checked(df)
        self.description = description

    @classmethod
    def of_rows(cls, rows: Rows, description: str | None = None) -> "Data":
        """Data of rows that are checked already; their table is made when it is asked for."""
        data = cls(description=description)
        data._rows = rows
        return data

    @property
    def df(self) -> "pd.DataFrame":
        """The table itself."""
        if self._df is None:
            self._df = self._empty() if self._rows is None else self._rows.frame()
            self._rows = None
        return self._df

    @property
    def count(self) -> int:
        """How many rows there are."""
        if self._df is not None:
            return len(self._df)
        return 0 if self._rows is None else self._rows.count

    def records(self) -> list[dict[str, Any]]:
        """A dict for each row, by column; NaN where there is no value. Needs no table."""
        if self._rows is not None:
            return self._rows.records()
        if self._df is None:
            return []
        return [{str(k): v for k, v in row.items()} for row in self._df.to_dict("records")]

    def frame(self) -> "pd.DataFrame":
        """The table, as `Rows` have it."""
        return self.df

    def _repr_html_(self) -> str:
        """What notebooks show."""
        facts = [("rows", self.count), ("description", self.description)]
        told = [(name, value) for name, value in facts if value is not None]
        rows = self.df.to_numpy(dtype=object).tolist()
        return facts_html("data", told) + table_html([str(c) for c in self.df.columns], rows)

    @property
    def df_hash(self) -> str:
        """MD5, as 32 hexadecimal digits, of the table's JSON text (pandas' `to_json`)."""
        with warnings.catch_warnings():
            # pandas 3 announces another default for the form of times, which is not news here.
            warnings.simplefilter("ignore")
            text = self.df.to_json()
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    @staticmethod
    def required_columns() -> set[str]:
        """Names of the columns that every table has."""
        return set(REQUIRED_COLUMNS)

    @staticmethod
    def column_data_types() -> dict[str, type]:
        """Every column a table may have, in order, and the type of its values."""
        import numpy as np
        import pandas as pd

        return {
            "arm_name": str,
            "metric_name": str,
            "mean": np.float64,
            "sem": np.float64,
            "trial_index": np.int64,
            "start_time": pd.Timestamp,
            "end_time": pd.Timestamp,
            "n": np.int64,
            "frac_nonnull": np.float64,
            "random_split": np.int64,
            "fidelities": str,
        }

    @staticmethod
    def time_columns() -> set[str]:
        """Names of the columns that hold times."""
        return {"start_time", "end_time"}

    @staticmethod
    def from_evaluations(
        evaluations: Mapping[str, TTrialEvaluation],
        trial_index: int,
        sample_sizes: Mapping[str, int] | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
    ) -> "Data":
        """The results of one trial's arms.

        Args:
            evaluations: Arm name to metric name to (mean, sem); sem None means unknown.
            trial_index: The trial.
            sample_sizes: Arm name to number of samples, for all arms or none.
            start_time: When the trial started, in milliseconds since 1970, UTC.
            end_time: When it ended, likewise.
        """
        rows = [
            _row(arm_name, metric_name, outcome, trial_index)
            for arm_name, evaluation in evaluations.items()
            for metric_name, outcome in evaluation.items()
        ]
        return _from_rows(rows, sample_sizes, start_time, end_time)

    @staticmethod
    def from_fidelity_evaluations(
        evaluations: Mapping[str, TFidelityTrialEvaluation],
        trial_index: int,
        sample_sizes: Mapping[str, int] | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
    ) -> "Data":
        """The results of one trial's arms at several fidelities.

        Args:
            evaluations: Arm name to a list of (fidelities, results), the fidelities being values of
                the fidelity parameters, the results metric name to (mean, sem).
            trial_index: The trial.
            sample_sizes: Arm name to number of samples, for all arms or none.
            start_time: When the trial started, in milliseconds since 1970, UTC.
            end_time: When it ended, likewise.
        """
        rows = [
            _row(arm_name, metric_name, outcome, trial_index)
            | {"fidelities": json.dumps(fidelities)}
            for arm_name, at_fidelities in evaluations.items()
            for fidelities, evaluation in at_fidelities
            for metric_name, outcome in evaluation.items()
        ]
        return _from_rows(rows, sample_sizes, start_time, end_time)

    @staticmethod
    def from_multiple_data(data: Iterable["Data"]) -> "Data":
        """All rows of several tables in one, in order."""
        parts = [part for part in data if part.count]
        if not parts:
            return Data()
        # A class with columns of its own takes plain tables too, but not the other way round.
        kind = next((type(part) for part in parts if type(part) is not Data), Data)
        joined = JoinedRows(parts, kind._checked)
        if kind is Data and any(part._rows is not None for part in parts):
            return Data.of_rows(joined)
        return kind(df=joined.frame())

    @classmethod
    def _empty(cls) -> "pd.DataFrame":
        import pandas as pd

        required = cls.required_columns()
        return pd.DataFrame(columns=[name for name in cls.column_data_types() if name in required])

    @classmethod
    def _checked(cls, df: "pd.DataFrame") -> "pd.DataFrame":
        types = cls.column_data_types()
        given = list(df.columns)
        missing = [name for name in types if name in cls.required_columns() and name not in given]
        if missing:
            raise ValueError(f"data: needs the columns {missing}, got only {given}")
        unknown = [name for name in given if name not in types]
        if unknown:
            raise ValueError(f"data: has no columns {unknown}; its columns are {list(types)}")
        kept = df.dropna(axis=0, how="all").reset_index(drop=True)
        kept = kept[[name for name in types if name in given]]
        return kept.assign(**{name: _cast(kept[name], types[name]) for name in kept.columns})

    def _compared(self) -> Mapping[str, Any]:
        held = {name: item for name, item in vars(self).items() if name not in ("_df", "_rows")}
        return {**held, "df": self.df}

    def _description(self) -> str:
        return f"{self.count} rows"


def set_single_trial(data: Data) -> Data:
    """The same rows, all of them put in trial 0, where they are in trials at all."""
    df = data.df.copy()
    if "trial_index" in df.columns:
        df = df.assign(trial_index=0)
    return type(data)(df=df, description=data.description)


def clone_without_metrics(data: Data, excluded_metric_names: Iterable[str]) -> Data:
    """The rows of all metrics but those named."""
    excluded = list(excluded_metric_names)
    df = data.df[~data.df["metric_name"].isin(excluded)]
    return type(data)(df=df.copy(), description=data.description)


def custom_data_class(
    column_data_types: Mapping[str, type] | None = None,
    required_columns: Iterable[str] | None = None,
    time_columns: Iterable[str] | None = None,
) -> type[Data]:
    """A class of data that has further columns beside the usual ones.

    Args:
        column_data_types: The further columns, and the type of their values.
        required_columns: Those that its tables must have, beside the usual three.
        time_columns: Those that hold times.
    """
    types = dict(column_data_types or {})
    required = set(required_columns or ())
    times = set(time_columns or ())

    class CustomData(Data):
        """Data with further columns."""

        @staticmethod
        def column_data_types() -> dict[str, type]:
            return {**Data.column_data_types(), **types}

        @staticmethod
        def required_columns() -> set[str]:
            return Data.required_columns() | required

        @staticmethod
        def time_columns() -> set[str]:
            return Data.time_columns() | times

    return CustomData


def _row(
    arm_name: str, metric_name: str, outcome: tuple[float, float | None], trial_index: int
) -> dict[str, Any]:
    try:
        mean, sem = outcome
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"data: arm {arm_name!r}, metric {metric_name!r}: must be a pair (mean, sem), "
            f"got {outcome!r}"
        ) from error
    return {
        "arm_name": arm_name,
        "metric_name": metric_name,
        "mean": mean,
        "sem": sem,
        "trial_index": trial_index,
    }


def _from_rows(
    rows: Sequence[dict[str, Any]],
    sample_sizes: Mapping[str, int] | None,
    start_time: int | None,
    end_time: int | None,
) -> Data:
    import pandas as pd

    if not rows:
        return Data()
    if start_time is not None or end_time is not None:
        rows = [row | {"start_time": start_time, "end_time": end_time} for row in rows]
    if sample_sizes:
        rows = [row | {"n": sample_sizes[row["arm_name"]]} for row in rows]
    return Data(df=pd.DataFrame(rows))


def _cast(column: "pd.Series[Any]", kind: type) -> "pd.Series[Any]":
    import numpy as np
    import pandas as pd

    gaps = column.isna()
    try:
        if kind is Any:
            return column
        if kind is str:
            return column.astype(str).mask(gaps)
        if kind is pd.Timestamp:
            return _as_times(column)
        if kind is np.int64 and gaps.any():
            return column.astype(np.float64)
        return column.astype(kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"data: column {column.name!r} must hold {kind.__name__} values, "
            f"got {list(column[~gaps])[:3]}"
        ) from error


def _as_times(column: "pd.Series[Any]") -> "pd.Series[Any]":
    import pandas as pd

    if column.dtype == object:
        column = column.infer_objects()
    numeric = pd.api.types.is_numeric_dtype(column.dtype) or column.isna().all()
    times = pd.to_datetime(column, unit="ms") if numeric else pd.to_datetime(column)
    return times.astype("datetime64[ns]")
