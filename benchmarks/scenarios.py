"""Which scenarios there are, in the order of the report."""

from __future__ import annotations

from typing import NamedTuple


class Scenario(NamedTuple):
    name: str
    says: str
    #: after which it is ended, in full and with --quick
    limit_seconds: float = 600.0
    quick_limit_seconds: float = 45.0


SCENARIOS = (
    Scenario("stages", "each stage alone, CPU of one core"),
    Scenario("limit", "the plain loop: library defaults against tuned, same entities"),
    Scenario("techniques", "what each technique of the plain loop brings: with it against without it"),
    Scenario("end_to_end", "the whole service, HTTP to stream, against the plain loop"),
    Scenario("naive", "a well-meant Celery application of one task a stage"),
    Scenario("latency", "from the moment an item stands in its feed to its record"),
    Scenario("polls", "CPU of a poll that brings nothing new"),
    Scenario("idle", "CPU of the whole service with nothing to do"),
    Scenario("soak", "memory of an article process over many articles", 1800.0),
    Scenario("dedupe", "what remembering an entry costs"),
    Scenario("shard", "how many articles one ledger carries"),
    Scenario("peers", "other extraction libraries on the same pages", 1800.0),
    Scenario("burst", "many entries at once, a slow and a dead host among their hosts"),
    Scenario("recover", "processes killed while they work"),
    Scenario("hosts", "two worker hosts against one"),
    Scenario("quality", "scores on labelled data in the same commit", 1800.0),
)
NAMES = tuple(scenario.name for scenario in SCENARIOS)
