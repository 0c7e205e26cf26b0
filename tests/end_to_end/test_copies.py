"""Several outlets print one agency's report at once, and two processes read them: one is the original of all others."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import redis
from aiohttp import web

from tests.chaos.world import WORDS, World
from tests.service import Service, account_of, environment
from tests.valkey import Valkey

pytestmark = pytest.mark.slow

OUTLETS, REPORTS = 5, 16
#: Each process dies between asking and telling when it has told of so many.
DEATHS = "publish:before:17"


class Agency(World):
    """Each outlet has a host and a feed; article `n` is the report `n // OUTLETS` under a headline of the outlet's."""

    def __init__(self) -> None:
        super().__init__(OUTLETS * REPORTS, feeds=OUTLETS, hosts=OUTLETS)
        self.shown = self.articles

    async def _article(self, request: web.Request) -> web.Response:
        number = int(request.match_info["n"])
        self.fetched[number] += 1
        report, outlet = divmod(number, OUTLETS)
        chance = random.Random(report)
        told = [
            f"The {' '.join(chance.choices(WORDS, k=20))} of case {report} came before the town's court."
            for _ in range(9)
        ]
        told.append(f"Readers of paper number {outlet} may write to its desk on any day of the week.")
        body = "".join(f"<p>{line}</p>" for line in told)
        head = f"<html lang=en><head><title>Paper {outlet} on {report}</title></head>"
        page = f"{head}<body><article>{body}</article></body></html>"
        return web.Response(text=page, content_type="text/html")


def run(folder: Path, server: Valkey, **settings: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    server.client().config_set("maxmemory-policy", "noeviction")
    with Agency() as agency:
        (folder / "feeds.toml").write_text(agency.feed_list("1m"))
        env = environment(
            redis_url=server.url, feeds=str(folder / "feeds.toml"), allow_origins=agency.origins, host_interval="0",
            host_concurrency="16", spacy_model="blank", respect_robots="false", enrich_processes="2", **settings,
        )  # fmt: skip
        service = Service(folder, "run", "--no-web", "--until-idle", env=env)
        try:
            service.wait()
        finally:
            service.stop()
    with redis.Redis.from_url(server.url) as client:
        records = [json.loads(fields[b"data"]) for _, fields in client.xrange("news:articles")]
    return records, account_of(env)


@pytest.mark.parametrize("settings", [{}, {"fail_point": DEATHS}], ids=["in peace", "with deaths"])
def test_of_each_report_one_outlet_has_the_original_and_all_others_name_it(
    folder: Path, server: Valkey, settings: dict[str, str]
):
    records, account = run(folder, server, **settings)

    assert (account["published"], account["duplicate"], account["balance"]) == (len(records), 0, 0)
    assert len(records) == OUTLETS * REPORTS
    tellings = defaultdict(list)
    for record in records:
        tellings[int(record["url"].rpartition("/")[2]) // OUTLETS].append(record)
    for report, told in tellings.items():
        originals = [record["id"] for record in told if record["duplicate_of"] is None]
        assert len(originals) == 1, (report, originals)
        assert told[0]["id"] == originals[0], "in the stream, it comes before all of its copies"
        assert {record["duplicate_of"] for record in told[1:]} == set(originals)
        assert len({record["cluster"]["id"] for record in told}) == 1
        assert [record["cluster"]["size"] for record in told] == list(range(1, OUTLETS + 1))
    assert len({told[0]["cluster"]["id"] for told in tellings.values()}) == REPORTS
