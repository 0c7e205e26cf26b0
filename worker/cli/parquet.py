"""Records as a Parquet file. Needs pyarrow, the extra `parquet`: 55 MB that a service has no use for."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from tasks.export.fields import DATA_FIELD, FLAT_FIELDS, FlatField

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO

ROWS_AT_ONCE = 1000


def write_parquet(entries: Iterable[dict[str, str]], out: IO[bytes]) -> None:
    """The flat fields with types of their own, lists as lists, and `data` as text. Bounded in memory."""
    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise typer.BadParameter(
            "--format parquet needs pyarrow, which is not installed: pip install 'wirebeat[parquet]', or pyarrow itself"
        ) from None

    columns = {name: _column(field) for name, field in FLAT_FIELDS.items()}
    types = {"number": pa.int64(), "text": pa.string(), "list": pa.list_(pa.string())}
    schema = pa.schema([*((name, types[kind]) for name, kind in columns.items()), (DATA_FIELD, pa.string())])
    coming = map(_row, entries)
    with ParquetWriter(out, schema, compression="zstd") as writer:
        while rows := list(islice(coming, ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _column(field: FlatField) -> str:
    return "list" if field.parted_by else field.kind


def _row(fields: dict[str, str]) -> dict[str, Any]:
    """A field that an older record does not have is null."""
    return {name: _value(field, fields[name]) for name, field in FLAT_FIELDS.items() if name in fields} | {
        DATA_FIELD: fields[DATA_FIELD]
    }


def _value(field: FlatField, text: str) -> str | int | list[str]:
    if field.parted_by:
        return text.split(field.parted_by) if text else []
    return int(text) if field.kind == "number" else text
