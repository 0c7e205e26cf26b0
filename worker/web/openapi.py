"""The table of endpoints → an OpenAPI 3.1 document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.web.gateway import Endpoint

Json = dict[str, Any]


def openapi(endpoints: Sequence[Endpoint], *, version: str) -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wirebeat gateway",
            "version": version,
            "description": "The newest records of the stream, read-only. Texts in records are third parties' and plain "
            "text: do not show them as HTML.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
            },
        },
        "paths": {
            re.sub(r"\{(\w+):\w+\}", r"{\1}", endpoint.path): {"get": _operation(endpoint)} for endpoint in endpoints
        },
    }


def _operation(endpoint: Endpoint) -> Json:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)", endpoint.path)
    ]
    in_query = [
        {
            "name": name,
            "in": "query",
            "description": parameter.meaning,
            "schema": parameter.schema,
            **({"style": "form", "explode": False} if parameter.schema.get("type") == "array" else {}),
        }
        for name, parameter in endpoint.parameters.items()
    ]
    content: Json = {media: {} for media in endpoint.produces}
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    return {
        "operationId": endpoint.answer.__name__,
        "summary": endpoint.summary,
        "parameters": in_path + in_query,
        "responses": {
            "200": {"description": "As asked", "content": content},
            "4XX": {"description": "Not understood, not allowed or not there"} | error,
            "503": {"description": "Not ready"} | error,
        },
    }
