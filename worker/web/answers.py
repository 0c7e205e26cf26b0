"""Rows → the bytes of an answer, in the form that was asked for."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Literal

from starlette.responses import Response

from tasks.export.fields import FLAT_FIELDS

if TYPE_CHECKING:
    from starlette.requests import Request

    from worker.web.gateway import Gateway
    from worker.web.query import Query
    from worker.web.rows import Row

Form = Literal["json", "ndjson", "csv"]

MEDIA: dict[Form, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
}
#: A spreadsheet runs a cell that begins so; titles come from strangers.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def form_of(query: Query, request: Request) -> Form:
    if "form" in query.values:
        form: Form = query.values["form"]
        return form
    accepted = request.headers.get("accept", "")
    return next((form for form in ("ndjson", "csv") if MEDIA[form].partition(";")[0] in accepted), "json")


def view_of(query: Query) -> str:
    return "flat" if query.values.get("flat") else query.values.get("view", "full")


async def bodies(gateway: Gateway, rows: list[Row], view: str) -> list[bytes]:
    """One JSON object a row; in full they come from the store, where the oldest may just have been trimmed."""
    if view == "card":
        return [row.card for row in rows]
    if view == "flat":
        return [row.flat for row in rows]
    records = await gateway.follower.records([row.entry for row in rows])
    return [record for record in records if record is not None]


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, headers, MEDIA["json"])


def page_answer(parts: list[bytes], next_cursor: str | None, *, last: str, bare: bool) -> Response:
    """`last`: the newest entry when the list was made, whether it fits or not: where /v1/stream is to go on."""
    joined = b",".join(parts)
    if bare:
        return Response(b"[" + joined + b"]", media_type=MEDIA["json"], headers=_link(next_cursor))
    tail = json.dumps({"next": next_cursor, "last": last})[1:].encode()
    return Response(b'{"articles":[' + joined + b"]," + tail, media_type=MEDIA["json"])


def lines_answer(parts: list[bytes], next_cursor: str | None) -> Response:
    return Response(b"".join(part + b"\n" for part in parts), media_type=MEDIA["ndjson"], headers=_link(next_cursor))


def csv_answer(parts: list[bytes], next_cursor: str | None) -> Response:
    out = io.StringIO()
    columns = ["entry", *FLAT_FIELDS]
    table = csv.writer(out)
    table.writerow(columns)
    for part in parts:
        flat = json.loads(part)
        table.writerow([_cell(flat.get(column, "")) for column in columns])
    return Response(out.getvalue(), media_type=MEDIA["csv"], headers=_link(next_cursor))


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _link(next_cursor: str | None) -> dict[str, str]:
    # forms without an envelope name the next page here
    return {"X-Next-Cursor": next_cursor} if next_cursor else {}
