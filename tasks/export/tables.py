"""Field meanings → the tables of `docs/stream.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from pydantic import AwareDatetime, BaseModel

from tasks import record, records
from tasks.export.fields import DATA_FIELD, FLAT_FIELDS, RECORD_FIELDS

BEGIN, END = "<!-- fields: written by `wirebeat schema --write` -->", "<!-- end of fields -->"


def shape_named(name: str) -> type[BaseModel]:
    shape: type[BaseModel] = getattr(record, name, None) or getattr(records, name)
    return shape


def with_tables(page: str) -> str:
    """`page` with what stands between the two marks written anew. Raises ValueError when a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{field_tables()}\n{END}{after}"


def field_tables() -> str:
    return "\n".join([*_flat(), *_record()]) + "\n"


def _flat() -> Iterator[str]:
    yield "### Flat fields, in this order"
    yield ""
    yield "| field | kind | holds |"
    yield "|---|---|---|"
    for name, field in FLAT_FIELDS.items():
        parted = f" Parted by `{field.parted_by}`.".replace("|", "\\|") if field.parted_by else ""
        yield f"| `{name}` | {field.kind} | {field.meaning}{parted} |"
    yield f"| **`{DATA_FIELD}`** | JSON | The record, below. Always the last. |"
    yield ""


def _record() -> Iterator[str]:
    for shape, meanings in RECORD_FIELDS.items():
        title = "### Record" if shape == "Record" else f"#### {shape}"
        yield title
        yield ""
        yield from _where(shape)
        yield "| field | type | holds |"
        yield "|---|---|---|"
        fields = shape_named(shape).model_fields
        for name, meaning in meanings.items():
            field = fields[name] if name in fields else fields[f"{name}_"]
            yield f"| `{name}` | {_type_name(field.annotation)} | {meaning} |"
        yield ""


def _where(shape: str) -> Iterator[str]:
    base = shape_named(shape).__base__
    if base is records.Span:
        yield "A [Span](#span), and:"
        yield ""


_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    AwareDatetime: "time",
    type(None): "null",
}


def _type_name(annotation: object) -> str:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    origin, members = getattr(annotation, "__origin__", None), get_args(annotation)
    if origin is tuple:
        return f"list of {_type_name(members[0])}"
    if origin is dict:
        return "object"
    if all(isinstance(member, str) for member in members):
        return ", ".join(f"`{member}`" for member in members)
    return " or ".join(_type_name(member) for member in members if _type_name(member))
