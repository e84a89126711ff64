"""Arrow arrays made from lists, buffer by buffer.

`pyarrow.array` asks pandas, which takes half a second to import, whether a list is one of its own.
"""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

__all__ = ["arrow_array"]


def arrow_array(values: Sequence[Any], kind: "pyarrow.DataType") -> "pyarrow.Array":
    """Returns what `pyarrow.array(values, kind)` does.

    Args:
        values: None where there is no value; numbers, booleans, text, bytes of the right length, or
            whole numbers for points in time.
        kind: An integer of 64 bits, a float of 64, a boolean, text, bytes of a fixed length, or a
            timestamp.
    """
    import pyarrow

    there = [value is not None for value in values]
    missing = there.count(False)
    buffers = [pyarrow.py_buffer(_bits(there)) if missing else None]
    if pyarrow.types.is_string(kind):
        texts = [b"" if value is None else value.encode() for value in values]
        buffers.append(pyarrow.py_buffer(array("i", accumulate(map(len, texts), initial=0))))
        buffers.append(pyarrow.py_buffer(b"".join(texts)))
    elif pyarrow.types.is_fixed_size_binary(kind):
        nothing = bytes(kind.byte_width)
        buffers.append(pyarrow.py_buffer(b"".join(value or nothing for value in values)))
    elif pyarrow.types.is_boolean(kind):
        buffers.append(pyarrow.py_buffer(_bits(values)))
    else:
        code = "d" if pyarrow.types.is_floating(kind) else "q"
        buffers.append(pyarrow.py_buffer(array(code, [value or 0 for value in values])))
    return pyarrow.Array.from_buffers(kind, len(values), buffers, missing)


def _bits(flags: Sequence[Any]) -> bytes:
    """One bit for each flag, the first the lowest."""
    number = int("".join("1" if flag else "0" for flag in reversed(flags)) or "0", 2)
    return number.to_bytes(-(-len(flags) // 8), "little")
