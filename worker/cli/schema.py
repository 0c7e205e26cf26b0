"""`wirebeat schema`: what the stream holds, for programs."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from tasks.export.asyncapi import as_yaml, asyncapi
from tasks.export.schema import SCHEMA_FILE, article_schema, as_json
from tasks.export.tables import with_tables


def schema(
    asyncapi_: Annotated[bool, typer.Option("--asyncapi", help="The streams as AsyncAPI 3 (YAML) instead.")] = False,
    write: Annotated[
        Path | None,
        typer.Option(metavar="DOCS", help="Bring DOCS/schema/ and the tables of DOCS/stream.md up to date instead."),
    ] = None,
) -> None:
    """Print the record's JSON Schema (draft 2020-12).

    Example: wirebeat schema > article.json
    """
    streams = as_yaml(asyncapi(version=version("wirebeat")))
    record = as_json(article_schema())
    if write is None:
        typer.echo(streams if asyncapi_ else record, nl=False)
        return
    page = write / "stream.md"
    if not page.is_file():
        raise typer.BadParameter(f"--write {write}: there is no stream.md in it; name the folder of the documentation")
    (write / "schema").mkdir(parents=True, exist_ok=True)
    (write / "schema" / SCHEMA_FILE).write_text(record, encoding="utf-8")
    (write / "schema" / "asyncapi.yaml").write_text(streams, encoding="utf-8")
    page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
