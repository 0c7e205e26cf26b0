"""A store as a service leaves it in which everything has happened at least once."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.gateway import RECORDS, publish
from worker.stage_times import StageTimes


def everything_happened(db: Any) -> None:
    now_ms = int(time.time() * 1000)
    publish(db, RECORDS[:3])
    db.xgroup_create("news:articles", "ours", id="0", entries_read=0)
    db.hset("news:heartbeat", "beat@box:1", json.dumps({"role": "beat", "at_ms": now_ms, "version": "0.1.0"}))
    db.hset("news:account", mapping={"seen": 4, "published": 3, "dead:robots": 1})
    db.hset("news:feeds", "post", json.dumps({"id": "post", "url": "https://post.example/rss", "every_seconds": 600}))
    db.hset("news:feed:post", mapping={"last_success_ms": now_ms, "polls": 2, "entries": 4, "errors_in_a_row": 0})
    times = StageTimes()
    for seconds in (0.004, 0.03, 0.04, 30.0):
        times.add("enrich", seconds)
    pipe = db.pipeline(transaction=False)
    times.hand_to(pipe, "news")
    pipe.execute()
    db.hset("news:meta", mapping={"canary_interval": "60", "canary_limit": "30"})
    db.zadd("news:up", {str(now_ms - 300_000): now_ms})
    db.xadd("news:canary", {"lag_ms": 1500, "data": "{}"}, id=f"{now_ms - 200_000}-0")
    db.zadd("news:pending:enrich", {"art_1": now_ms - 1000})
