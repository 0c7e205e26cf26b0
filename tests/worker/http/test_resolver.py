import asyncio
import socket
import threading
import time

import pytest

from tasks.reasons import Failed
from worker.http import Client
from worker.http.resolver import MAX_LOOKUPS, MAX_STUCK, BoundedResolver


def infos(*hosts):
    return [
        (socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 0))
        for host in hosts
    ]


class Names:
    """A resolver of names that a test makes up: name → addresses, one list after the other when there are several."""

    def __init__(self, **names):
        self.names = {name.replace("_", "."): lists for name, lists in names.items()}
        self.asked = []

    def __call__(self, host, *_):
        self.asked.append(host)
        lists = self.names.get(host)
        if lists is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return infos(*(lists.pop(0) if len(lists) > 1 else lists[0]))


@pytest.fixture
def stuck():
    """A look-up that does not end before the test does, except for names that hold `fast`."""
    released = threading.Event()

    def lookup(host, *_):
        if "fast" not in host:
            released.wait(60)
        return infos("127.0.0.1")

    yield lookup
    released.set()


async def resolved(resolver, host, unless="never"):
    """Sooner or later: threads may be late on a busy machine. `unless`: what may not be said, however busy it is."""
    for _ in range(300):
        try:
            return await resolver.resolve(host)
        except OSError as error:
            if unless in str(error):
                raise
            await asyncio.sleep(0.05)
    raise AssertionError(f"{host} is not resolved")


def port_of(url):
    return url.rpartition(":")[2].rstrip("/")


def test_a_name_is_looked_up_once_and_its_checked_address_is_the_one_connected_to(converse, answer):
    names = Names(news_example=[["127.0.0.1"], ["127.0.0.2"]])

    async def fetch(web, origin):
        page = await web.fetch(origin.url(host="news.example"), kind="page")
        return page.final_url, origin.head()["Host"], origin.port

    final_url, host, port = converse(answer(), fetch, lookup=names)

    assert names.asked == ["news.example"]
    assert host == f"news.example:{port}"
    assert final_url == f"http://news.example:{port}/"


@pytest.mark.parametrize("host", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1"])
def test_a_name_that_stands_for_another_address_is_refused_at_the_socket(converse, answer, host):
    async def fetch(web, origin):
        with pytest.raises(Failed) as caught:
            await web.fetch(origin.url(host="rebound.example"), kind="page")
        return caught.value.reason, origin.connections

    assert converse(answer(), fetch, lookup=Names(rebound_example=[[host]])) == ("blocked-address", 0)


def test_a_name_that_changes_between_two_hops_is_judged_at_each(converse, answer):
    names = Names(turn_example=[["127.0.0.1"], ["127.0.0.2"]])

    async def fetch(web, origin):
        origin.answers["/"] = answer(b"", "302 F", Location=origin.url("/b", host="turn.example"), Connection="close")
        with pytest.raises(Failed) as caught:
            await web.fetch(origin.url(host="turn.example"), kind="page")
        return caught.value.reason, origin.paths()

    assert converse({}, fetch, lookup=names) == ("blocked-address", ["/"])


def test_a_private_address_beside_a_good_one_is_passed_over(converse, answer):
    names = Names(mixed_example=[["::1", "10.0.0.1", "127.0.0.2", "127.0.0.1"]])

    async def fetch(web, origin):
        return (await web.fetch(origin.url(host="mixed.example"), kind="page")).status

    assert converse(answer(), fetch, lookup=names) == 200


def test_an_unknown_name_is_a_failure_of_dns(converse, answer):
    async def fetch(web, origin):
        with pytest.raises(Failed) as caught:
            await web.fetch("http://nowhere.example/", kind="page")
        return caught.value.reason

    assert converse(answer(), fetch, lookup=Names()) == "dns"


def test_an_odd_port_is_refused_before_the_name_is_looked_up(converse, answer):
    names = Names(news_example=[["8.8.8.8"]])

    async def fetch(web, origin):
        with pytest.raises(Failed) as caught:
            await web.fetch("http://news.example:6379/", kind="page")
        return caught.value.reason

    assert converse(answer(), fetch, lookup=names) == "blocked-url"
    assert names.asked == []


def test_a_slow_resolver_holds_neither_the_loop_nor_its_end(stuck):
    async def look_up():
        resolver = BoundedResolver(stuck, timeout_seconds=0.2)
        with pytest.raises(OSError, match="took more than"):
            await resolver.resolve("slow.example")

    started = time.monotonic()
    asyncio.run(look_up())

    assert time.monotonic() - started < 20


def test_a_look_up_counts_against_the_limit_of_the_fetch(stuck, answer, serving, settings_for):
    async def fetch():
        async with serving(answer()) as origin, Client(settings_for(origin), lookup=stuck) as web:
            await web.fetch(origin.url(host="slow.example"), kind="page", timeout_seconds=0.2)

    with pytest.raises(Failed, match="timeout"):
        asyncio.run(fetch())


def test_names_of_an_owner_whose_look_ups_do_not_end_are_refused_and_others_are_not(stuck):
    async def look_up():
        resolver = BoundedResolver(stuck, timeout_seconds=0.1)
        slow = await asyncio.gather(
            *(resolver.resolve(f"{n}.slow.example") for n in range(MAX_STUCK)), return_exceptions=True
        )
        with pytest.raises(OSError, match="not begun"):
            await resolver.resolve("another.slow.example")
        return slow, await resolved(resolver, "fast.example", unless="not begun")

    slow, fast = asyncio.run(look_up())

    assert all("took more than" in str(error) for error in slow)
    assert [sockaddr[0] for *_, sockaddr in fast] == ["127.0.0.1"]


def test_an_owner_is_asked_again_once_its_look_ups_have_ended():
    gate = threading.Event()

    def lookup(host, *_):
        gate.wait(60)
        return infos("127.0.0.1")

    async def look_up():
        resolver = BoundedResolver(lookup, timeout_seconds=0.1)
        await asyncio.gather(*(resolver.resolve(f"{n}.slow.example") for n in range(8)), return_exceptions=True)
        gate.set()
        return await resolved(resolver, "0.slow.example")

    assert asyncio.run(look_up())[0][4][0] == "127.0.0.1"


def test_look_ups_under_way_are_bounded(stuck):
    async def look_up():
        resolver = BoundedResolver(stuck, timeout_seconds=0.3)
        ends = await asyncio.gather(
            *(resolver.resolve(f"slow.host{n}.example") for n in range(MAX_LOOKUPS + 5)), return_exceptions=True
        )
        return [str(end) for end in ends], sum(thread.name == "lookup" for thread in threading.enumerate())

    ends, threads = asyncio.run(look_up())

    assert sum("not begun" in end for end in ends) == 5
    assert threads <= MAX_LOOKUPS


def test_a_name_that_no_codec_takes_is_a_failure_of_dns():
    def lookup(host, *_):
        return host.encode("idna")

    with pytest.raises(OSError, match="cannot be looked up"):
        asyncio.run(BoundedResolver(lookup).resolve("a" * 64 + ".example"))


def test_a_name_without_an_address_is_a_failure_of_dns():
    with pytest.raises(OSError, match="no address"):
        asyncio.run(BoundedResolver(lambda *_: []).resolve("bare.example"))
