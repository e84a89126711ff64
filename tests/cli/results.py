"""What every test of a verb asks of its result."""

import json

import pytest

__all__ = ["document", "refused"]


def document(result):
    """The one JSON document on stdout."""
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    found = json.loads(result.stdout, parse_constant=pytest.fail)
    assert found["v"] == 1
    return found


def refused(result, code, *parts):
    """Nothing on stdout, one error on stderr."""
    assert result.stdout == ""
    assert result.exit_code == code
    for part in parts:
        assert part in result.stderr
    assert "Traceback" not in result.output
    return result.stderr
