"""Around every answer: who may ask, and what a browser may do with what it gets."""

from __future__ import annotations

import hashlib
import hmac
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "wirebeat_session"
#: Files of the page hold no data; probes say no more than whether the service is well.
OPEN_PATHS = ("/livez", "/readyz", "/v1/session")
GUARDED_PREFIXES = ("/v1/", "/metrics")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# Texts come from strangers. Even where one slips through as markup, no script, frame, form or foreign address works.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def _is_guarded(path: str) -> bool:
    return path.startswith(GUARDED_PREFIXES) and path not in OPEN_PATHS


def session_of(token: str) -> str:
    """What the browser keeps instead of the token itself."""
    return hmac.new(token.encode(), b"wirebeat session", hashlib.sha256).hexdigest()


class Guard:
    """`local_only`: the gateway listens on loopback and has no token, so that only names of loopback are answered: a
    page of a stranger may point a name of its own at 127.0.0.1."""

    def __init__(self, app: ASGIApp, *, token: str | None, local_only: bool) -> None:
        self._app = app
        self._token = token
        self._local_only = local_only and token is None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # files of the page may be kept, and are asked for again with their ETag; what is news may not
                headers.setdefault("Cache-Control", "no-store" if _is_guarded(scope["path"]) else "no-cache")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            return await refusal(scope, receive, with_headers)
        return await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        if self._local_only and not _is_loopback(headers.get("host", "")):
            words = "this gateway answers on loopback only; set WIREBEAT_WEB_TOKEN to reach it under another name"
            return JSONResponse({"error": words}, HTTPStatus.MISDIRECTED_REQUEST)
        if _is_guarded(scope["path"]) and self._token is not None and not self._may_pass(headers, self._token):
            return JSONResponse(
                {"error": "a bearer token is needed"}, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}
            )
        return None

    def _may_pass(self, headers: Headers, token: str) -> bool:
        return bears(headers, token) or hmac.compare_digest(_cookie(headers).encode(), session_of(token).encode())


def bears(headers: Headers, token: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _is_loopback(host: str) -> bool:
    try:
        return (urlsplit(f"//{host}").hostname or "") in LOOPBACK_NAMES
    except ValueError:
        return False
