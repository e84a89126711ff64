"""SQL that reads the trials of an experiment straight from its files, while workers add to them.

    duckdb.sql(view_sql(folder))

Nothing is copied: each time the query runs it reads the snapshots, and the facts of the trials that
no snapshot holds. It has the columns of the table `trials`. It names the parameters and metrics of
the moment it was made; make it again when there are others. Files that are damaged end the query
with an error; `armwright doctor` names them.
"""

from typing import Any

from armwright.store.folder import ExperimentFolder
from armwright.store.layout import SNAPSHOT_FOLDER
from armwright.store.meaning import arms_of, counted_documents, rows_of
from armwright.store.snapshot_columns import FIXED_COLUMNS, typed
from armwright.store.state import State

__all__ = ["view_sql"]

_TYPES = {"int": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN", "text": "VARCHAR"}
_DATA = (
    "e.document->'$.data', "
    """'[{"rows":[{"metric_name":"VARCHAR","mean":"DOUBLE","sem":"DOUBLE"}]}]'"""
)
_RECENT = 200  # trials that are looked at for names


def view_sql(folder: ExperimentFolder) -> str:
    """Returns a query for DuckDB (1.3 or later)."""
    state, url = folder.state, _escaped(folder.url)
    parameters, metrics = _names(state)
    listing = folder.location.files.list(folder.location.join(SNAPSHOT_FOLDER))
    sealed = any(name.startswith(("s1-", "s2-")) for name in listing.files)
    ends = any(attempt.end for trial in _recent(state) for attempt in trial.attempts.values())
    parts, fixed = [], "|".join(FIXED_COLUMNS)
    if sealed:
        parts.append(
            "SELECT DISTINCT ON (trial) "
            f"COLUMNS('^(trial|{fixed}|(parameters|mean|sem)[.].*)$')\n"
            f"FROM read_parquet('{url}/snap/s*.parquet', union_by_name = true)"
        )
    parts.append(_open_sql(url, parameters, metrics, sealed=sealed, ends=ends))
    return "\nUNION ALL BY NAME\n".join(parts) + "\nORDER BY trial"


def _open_sql(
    url: str, parameters: dict[str, str], metrics: list[str], *, sealed: bool, ends: bool
) -> str:
    """The trials that no snapshot holds."""
    columns = [
        "a.trial",
        "CASE WHEN a.void THEN 'void' WHEN l.ended THEN e.document->>'$.state' "
        "WHEN l.attempt IS NOT NULL OR a.claim IS NOT NULL THEN 'running' ELSE 'waiting' END "
        "AS status",
        "e.document->>'$.reason' AS reason",
        "greatest(coalesce(l.attempt, 0), CASE WHEN a.claim IS NULL THEN 0 ELSE 1 END) AS attempts",
        "TRY_CAST(a.document->>'$.config' AS BIGINT) AS config",
        "a.document->>'$.arms[0].name' AS arm",
        'TRY_CAST(a."at" AS TIMESTAMPTZ) AS made_at',
        'TRY_CAST(e."at" AS TIMESTAMPTZ) AS ended_at',
        "e.writer->>'$.host' || '.' || (e.writer->>'$.pid') AS ended_by",
    ]
    for name, kind in parameters.items():
        value = f"a.document->>'$.arms[0].parameters.{_key(name)}'"
        columns.append(f'TRY_CAST({value} AS {_TYPES[kind]}) AS "{_quoted(f"parameters.{name}")}"')
    for metric in metrics:
        row = f"r.metric_name = '{_escaped(metric)}'"
        for field in ("mean", "sem"):
            value = f"list_filter(m.rows, lambda r: {row})[-1].{field}"
            columns.append(f'{value} AS "{_quoted(f"{field}.{metric}")}"')
    shape = _struct(trial="BIGINT", attempt="BIGINT", at="VARCHAR", writer="JSON", document="JSON")
    arm = _struct(trial="BIGINT", at="VARCHAR", void="BOOLEAN", claim="JSON", document="JSON")
    name = (
        r"regexp_extract(file, '([0-9]+)\.([0-9]+)\.(claim|end|data)', "
        "['trial', 'attempt', 'kind'])"
    )
    end = (
        f"read_json('{url}/t/*/*.end.json', columns = {shape}, maximum_object_size = 8388608)"
        if ends
        else '(SELECT NULL::BIGINT trial, NULL::BIGINT attempt, NULL::VARCHAR "at", '
        "NULL::JSON writer, NULL::JSON document)"
    )
    lines = [
        f"SELECT {', '.join(columns)}",
        f"FROM read_json('{url}/t/*/*.arm.json', columns = {arm}, maximum_object_size = 8388608) a",
        "LEFT JOIN (SELECT trial, max(attempt) attempt,",
        "  arg_max(kind = 'end', (attempt, kind = 'end')) ended",
        "  FROM (SELECT n.trial::BIGINT trial, n.attempt::BIGINT attempt, n.kind kind",
        f"  FROM (SELECT {name} n FROM glob('{url}/t/*/*.*.*.json')) WHERE n.trial <> '')",  # noqa: S608
        "  GROUP BY trial) l USING (trial)",
        f"LEFT JOIN {end} e ON e.trial = a.trial AND e.attempt = l.attempt AND l.ended",
        f"LEFT JOIN LATERAL (SELECT flatten(list_transform(from_json({_DATA}),",
        "  lambda d: d.rows)) rows) m ON true",
    ]
    if sealed:
        snapshots = f"read_parquet('{url}/snap/s*.parquet', union_by_name = true)"
        lines.append(f"WHERE a.trial NOT IN (SELECT trial FROM {snapshots})")  # noqa: S608
    return "\n".join(lines)


def _names(state: State) -> tuple[dict[str, str], list[str]]:
    """The parameters with their kinds, and the metrics, of the newest trials."""
    values: dict[str, list[Any]] = {}
    metrics: set[str] = set()
    for trial in _recent(state):
        for _, parameters in arms_of(trial.arm)[:1]:
            for name, value in parameters.items():
                values.setdefault(name, []).append(value)
        for _, document in counted_documents(trial):
            metrics.update(row["metric_name"] for _, row in rows_of(document))
    known = sorted(filter(str.isprintable, values))
    kinds: dict[str, str] = {name: typed(values[name])[0] for name in known}
    return kinds, sorted(filter(str.isprintable, metrics))


def _recent(state: State) -> list[Any]:
    numbers = list(state.trials)[-_RECENT:]
    return [state.trials[number] for number in numbers]


def _struct(**types: str) -> str:
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _key(name: str) -> str:
    """A key of a JSON path."""
    return _escaped('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"')
