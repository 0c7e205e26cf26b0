import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from typing import NamedTuple

import pytest

from tasks.reasons import Failed
from worker.http import Client

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program makes the certificates")


class Listening(NamedTuple):
    port: int


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for news.example that vouches for itself, made for this run."""
    folder = tmp_path_factory.mktemp("tls")
    key, pem = folder / "key.pem", folder / "cert.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    named = ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example", "-keyout", key, "-out", pem]
    subprocess.run([*made, *named], check=True, capture_output=True)
    return key, pem


def fetch(certificate, serving, settings_for, answer, *, host="news.example", trusted=True, newest=None):
    key, pem = certificate
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem, key)
    if newest is not None:
        server.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        server.maximum_version = newest

    def lookup(name, *_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    async def run():
        async with serving(answer(b"<html>sealed"), tls=server) as origin:
            trust = ssl.create_default_context(cafile=pem) if trusted else None
            async with Client(settings_for(origin), lookup=lookup, tls=trust) as web:
                page = await web.fetch(origin.url(host=host).replace("http:", "https:"), kind="page")
                return page.body, origin.requests

    return asyncio.run(run())


def test_a_page_comes_over_tls_when_the_certificate_is_good(certificate, serving, settings_for, answer):
    body, _ = fetch(certificate, serving, settings_for, answer)

    assert body == b"<html>sealed"


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate, serving, settings_for, answer):
    with pytest.raises(Failed, match="tls: "):
        fetch(certificate, serving, settings_for, answer, trusted=False)


def test_a_certificate_for_another_name_is_refused(certificate, serving, settings_for, answer):
    with pytest.raises(Failed, match="tls: "):
        fetch(certificate, serving, settings_for, answer, host="other.example")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_outdated_protocol_is_refused(certificate, serving, settings_for, answer):
    # the alert and the reset race each other
    with pytest.raises(Failed, match=r"(tls|connect): "):
        fetch(certificate, serving, settings_for, answer, newest=ssl.TLSVersion.TLSv1_1)


def test_a_server_that_speaks_no_tls_is_a_failure_of_tls(settings_for):
    async def deaf(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def run():
        server = await asyncio.start_server(deaf, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Client(settings_for(Listening(port))) as web:
            await web.fetch(f"https://127.0.0.1:{port}/", kind="page")

    with pytest.raises(Failed, match="tls: "):
        asyncio.run(run())


def test_a_permanent_redirect_to_plain_http_is_followed_and_not_kept(certificate, serving, settings_for, answer):
    key, pem = certificate
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem, key)

    def lookup(name, *_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    async def run():
        async with serving(answer(b"<rss/>")) as plain:
            moved = answer(b"", "301 Moved", Location=plain.url())
            async with serving(moved, tls=server) as sealed:
                trust = ssl.create_default_context(cafile=pem)
                async with Client(settings_for(plain, sealed), lookup=lookup, tls=trust) as web:
                    asked = sealed.url(host="news.example").replace("http:", "https:")
                    return await web.fetch(asked, kind="feed")

    page = asyncio.run(run())

    assert page.body == b"<rss/>"
    assert page.moved_to is None


@pytest.mark.parametrize("answers_before", [1, 0])
def test_a_kept_connection_whose_tls_breaks_before_an_answer_is_replaced(certificate, settings_for, answers_before):
    """`answers_before`: over each connection, before bytes that are no TLS."""
    key, pem = certificate
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem, key)
    requests = []

    def serve(listening):
        with suppress(OSError):  # closed in the end
            while True:
                plain, _ = listening.accept()
                sealed = server.wrap_socket(plain, server_side=True)
                for _ in range(answers_before):
                    requests.append(sealed.recv(4096))
                    sealed.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsealed")
                requests.append(sealed.recv(4096))
                with socket.socket(fileno=sealed.detach()) as bare:
                    bare.sendall(b"no record of TLS")

    def lookup(name, *_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    async def fetch_twice(listening):
        origin = Listening(listening.getsockname()[1])
        trust = ssl.create_default_context(cafile=pem)
        async with Client(settings_for(origin), lookup=lookup, tls=trust) as web:
            return [(await web.fetch(f"https://news.example:{origin.port}/", kind="page")).body for _ in range(2)]

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        if answers_before:
            assert asyncio.run(fetch_twice(listening)) == [b"sealed", b"sealed"]
        else:
            with pytest.raises(Failed) as failure:
                asyncio.run(fetch_twice(listening))
            assert failure.value.reason == "tls"
        listening.shutdown(socket.SHUT_RDWR)
    # the end of the last connection reads as nothing
    assert len([request for request in requests if request]) == (3 if answers_before else 1)
