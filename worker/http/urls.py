"""Which URLs may be asked for at all, decided before any look-up; yarl is the one parser, here and in the request."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import quote, urljoin

from yarl import URL

from config.feeds import MAX_URL_CHARS
from tasks.reasons import Failed
from worker.http.addresses import Address, Guard

#: C0 and C1 controls, and the separators that some parsers drop and others keep
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: RFC 1123 labels and the underscore that real hosts carry; never a hyphen first, which is an option elsewhere
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: the last label of a host that every resolver reads as a number: `1.2.3.08`, `0x7f.1`, `127.0.0.1.5`
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
MAX_HOST_CHARS = 253
#: an authority with a user in it, also an empty one that a parser would forget
_USER = re.compile(r"(?:[^/?#]*:)?//[^/?#]*@")


def allowed(text: str, guard: Guard, *, base: URL | None = None) -> URL:
    """The URL to ask for, without its fragment; relative to `base` where there is one. Raises Failed."""
    _check_characters(text)
    try:
        # not yarl's join, which opens the escapes of the base's path: %2F would become a slash
        url = URL(text) if base is None else URL(urljoin(str(base), str(URL(text))))
        scheme, host, port = url.scheme, url.raw_host, url.port
    except (ValueError, TypeError) as reason:
        raise Failed("blocked-url", f"no usable URL: {reason}") from None
    if scheme not in ("http", "https"):
        raise Failed("blocked-url", f"scheme {scheme[:20]!r} is not http or https")
    if _USER.match(text) or url.raw_user is not None or url.raw_password is not None:
        raise Failed("blocked-url", "a user or password in the URL")
    if not host or port is None:
        raise Failed("blocked-url", "no host")
    if len(str(url)) > MAX_URL_CHARS:
        raise Failed("blocked-url", f"longer than {MAX_URL_CHARS} characters")
    _check_host(host, port, guard)
    return url.with_fragment(None)


def _check_characters(text: str) -> None:
    if len(text) > MAX_URL_CHARS:
        raise Failed("blocked-url", f"longer than {MAX_URL_CHARS} characters")
    if _CONTROL.search(text) or "\\" in text:
        raise Failed("blocked-url", "a control character or backslash in the URL")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise Failed("blocked-url", "half a surrogate pair in the URL")


def _check_host(host: str, port: int, guard: Guard) -> None:
    address = _literal(host)
    if address is not None:
        if not guard.allows(address, port):
            known = guard.allows(address, 80) or guard.allows(address, 443)
            raise Failed("blocked-url" if known else "blocked-address", f"{address} port {port} may not be reached")
        if str(address) != host:
            raise Failed("blocked-url", f"host {host[:100]!r} is an address in disguise")
        return
    labels = host.removesuffix(".").split(".")
    if len(host) > MAX_HOST_CHARS or not all(_LABEL.fullmatch(label) for label in labels):
        raise Failed("blocked-url", f"host {host[:100]!r} is no host name")
    if _NUMBER.fullmatch(labels[-1]):
        raise Failed("blocked-url", f"host {host[:100]!r} is neither a name nor an address")
    if not guard.allows_port(port):
        raise Failed("blocked-url", f"port {port} is not 80 or 443")


def _literal(host: str) -> Address | None:
    """The address that a resolver would read the host as: dotted, in brackets, or one of the old forms of IPv4."""
    bare = host.removesuffix(".")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    if not _NUMBER.fullmatch(bare.rsplit(".", 1)[-1]):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare))
    except OSError:
        return None


def location(header: str) -> str:
    """A Location as browsers read it: blanks around it dropped, bytes that are not UTF-8 percent-encoded."""
    stripped = header.strip(" \t")
    try:
        stripped.encode()
    except UnicodeEncodeError:
        # the server's raw bytes, which the header parser keeps as lone surrogates
        return quote(stripped.encode("utf-8", "surrogateescape"), safe="!#$%&'()*+,/:;=?@[]~")
    return stripped
