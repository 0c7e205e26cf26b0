"""Two supervisors, two clocks, two of each role on one server: they share the work, and the sites see one guest."""

from __future__ import annotations

import time
import urllib.request
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import redis
from prometheus_client.parser import text_string_to_metric_families

from tests.chaos.world import World
from tests.ports import free_port
from tests.service import PATIENCE_SECONDS, Service, account_of, environment
from tests.valkey import Valkey

pytestmark = pytest.mark.slow

ENTRIES, FEEDS = 120, 6
POLL_SECONDS = 2.0
#: A poll is claimed by the store's clock and arrives by the site's, later where the machine is busy.
LATE_POLLS = 2


def told(port: int) -> dict[str, dict[str, float]]:
    """Metric → its labels' values, joined → value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name]["/".join(sample.labels.values())] = sample.value
    return found


def missing(metrics: dict[str, dict[str, float]]) -> float:
    """Entries that were seen and are neither at an end nor on their way."""
    waiting = sum(metrics["news_queue_length"].get(stage, 0) for stage in ("fetch", "enrich"))
    return metrics["news_entries_seen_total"][""] - sum(metrics["news_articles_total"].values()) - waiting


def test_two_of_everything_share_one_server_and_double_nothing(folder: Path, server: Valkey):
    client = server.client()
    client.config_set("maxmemory-policy", "noeviction")
    port = free_port()
    with World(ENTRIES, feeds=FEEDS) as world:
        (folder / "feeds.toml").write_text(world.feed_list(f"{POLL_SECONDS:g}s"))
        env = environment(
            redis_url=server.url, feeds=str(folder / "feeds.toml"), allow_origins=world.origins, host_interval="0",
            spacy_model="blank", respect_robots="false", web_port=str(port), enrich_processes="1", log_level="debug",
        )  # fmt: skip
        services = [Service(folder, "run", "--no-web", env=env) for _ in range(2)]
        services.append(Service(folder, "web", env=env))
        try:
            off = follow(client, world, services, port)
            time.sleep(4 * POLL_SECONDS)  # of feeds that stay as they are; twice as many polls if the two did not share
        finally:
            for service in services:
                service.process.terminate()
            codes = [service.stop() for service in services]
    alive = Counter(name.partition("@")[0] for name in client.hkeys("news:heartbeat"))
    published = Counter(fields["id"] for _, fields in client.xrange("news:articles"))
    client.close()

    assert codes == [0, 0, 0]
    assert (len(published), published.total()) == (ENTRIES, ENTRIES)
    assert world.fetched == [1] * ENTRIES
    assert [times for times in world.polled if len(times) > 1 + span(times) / POLL_SECONDS + LATE_POLLS] == []
    assert off == {0.0}
    assert account_of(env)["balance"] == 0
    assert [alive[role] for role in ("beat", "poll", "fetch", "enrich")] == [2, 2, 2, 2], alive


def span(times: list[float]) -> float:
    return max(times) - min(times)


def follow(client: redis.Redis, world: World, services: list[Service], port: int) -> set[float]:
    """Lets the feeds grow with the work. Returns what was missing from the account, each time that it was asked."""
    off, deadline = set(), time.monotonic() + PATIENCE_SECONDS
    services[2].until(lambda: answers(port), "gateway")
    while (done := client.xlen("news:articles")) < ENTRIES:
        assert time.monotonic() < deadline, f"{done} records"
        assert all(service.process.poll() is None for service in services)
        world.shown = min(ENTRIES, done + 30)
        off.add(missing(told(port)))
        time.sleep(0.1)
    return off | {missing(told(port))}


def answers(port: int) -> bool:
    try:
        return bool(told(port))
    except OSError:
        return False
