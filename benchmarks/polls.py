"""What a poll costs that brings nothing new: CPU of all processes, beyond what the same service takes between polls.

python -m benchmarks.polls [--set feeds=10000] [--set seconds=30] [--set connect=1: no connection is kept]

One service, at first with every feed at one poll a day: it reads each once, and idles. Then 100 feeds, 1,000 feeds, all
feeds are asked by the clock. All feeds are at the same time asked at once, which shows how long a round takes at least.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.frame import Options, Result, Row, Skipped, alone
from benchmarks.papers import Habit, Papers
from benchmarks.running import Running, poll_now, running, spent
from worker.bench.pages import generated

if TYPE_CHECKING:
    from collections.abc import Callable

FEEDS_A_SITE = 10
#: entries that stand in every feed, the same in all
STANDING = 15
ROUND_SECONDS = 60
#: the list of feeds is looked at every half minute
LIST_SECONDS = 32


class Window(NamedTuple):
    polls: int
    seconds: float
    cpu: dict[str, float]

    def ms(self, idle: Window, *names: str) -> float:
        """Milliseconds of CPU a poll, of these processes or of all, beyond what they take when idle."""
        chosen = names or tuple(self.cpu)
        beyond = sum(self.cpu[name] - idle.cpu.get(name, 0.0) / idle.seconds * self.seconds for name in chosen)
        return 1000 * beyond / max(self.polls, 1)


class Stand(NamedTuple):
    papers: Papers
    service: Running

    def during(self, wait: Callable[[], None]) -> Window:
        polls, before, began = sum(self.papers.polls), self.service.cpu_seconds(), time.monotonic()
        wait()
        cpu = spent(before, self.service.cpu_seconds())
        return Window(sum(self.papers.polls) - polls, time.monotonic() - began, cpu)

    def ask(self, every: str, feeds: int) -> None:
        self.service.feeds.write_text(self.papers.feed_list(every, seldom_from=feeds))
        time.sleep(LIST_SECONDS)

    def turn(self) -> None:
        """As long as it takes the clock to ask for each feed once; they are bunched after a round."""
        time.sleep(ROUND_SECONDS)

    def round(self) -> None:
        """All feeds are due; until each was asked."""
        least = min(self.papers.polls)
        poll_now(self.service.url)
        self.service.wait_until(lambda: min(self.papers.polls) > least, "round", 180)


def run(options: Options) -> Result:
    feeds, seconds = options.number("feeds", full=10_000, quick=0), options.number("seconds", full=30, quick=0)
    if not feeds:
        raise Skipped("reading so many feeds for the first time takes longer than a quick run has")
    habit = Habit(standing=STANDING, keep_alive=not options.number("connect", full=0, quick=0), seed=options.seed)
    papers = Papers(feeds=feeds, sites=feeds // FEEDS_A_SITE, pages=generated(STANDING), habit=habit)
    with papers, running(papers.feed_list("1d"), port=papers.port, host_interval="0") as service:
        stand = Stand(papers, service)
        service.wait_until(lambda: min(papers.polls) > 0, "first round", 300)
        service.wait_until(lambda: service.client.zcard("news:pending:enrich") == 0, "end of reading")
        time.sleep(5)
        idle = stand.during(lambda: time.sleep(seconds / 2))
        windows = _windows(stand, feeds, seconds)
        memory = service.client.info("memory")["used_memory"]
    return Result("polls", tuple(_rows(windows, idle, feeds, memory)), _notes(idle, feeds))


def _windows(stand: Stand, feeds: int, seconds: int) -> dict[str, Window]:
    found = {"all at once": stand.during(stand.round)}
    for few in (100, 1000):
        if few < feeds:
            stand.ask("20s", few)
            stand.round()
            found[f"{few} in 20 s"] = stand.during(lambda: time.sleep(max(seconds, 40)))
    stand.ask(f"{ROUND_SECONDS}s", feeds)
    stand.round()
    found[f"{feeds} in {ROUND_SECONDS} s"] = stand.during(stand.turn)
    stand.papers.changed_share.value = 0.01
    found["1 % changed"] = stand.during(stand.turn)
    stand.papers.changed_share.value = 0.0
    stand.papers.validators.value = 0
    stand.turn()  # each is asked once more with what it gave before
    found["same body"] = stand.during(stand.turn)
    return found


def _rows(windows: dict[str, Window], idle: Window, feeds: int, memory: int) -> list[Row]:
    rows = []
    for name, window in windows.items():
        judged = {"target": 0.10, "aim": 0.05} if name == f"{feeds} in {ROUND_SECONDS} s" else {}
        note = f"{window.polls} polls; " + ", ".join(f"{one} {window.ms(idle, one):.3f}" for one in sorted(window.cpu))
        rows.append(Row(f"unchanged, {name}", window.ms(idle), "ms a poll", lower_is_better=True, note=note, **judged))
    at_once = windows["all at once"].seconds
    rows.append(Row(f"a round of {feeds}", at_once, "s", target=60, lower_is_better=True))
    rows.append(Row("store", memory / feeds, "bytes a feed", note="all that the server holds"))
    return rows


def _notes(idle: Window, feeds: int) -> tuple[str, ...]:
    share = 100 * sum(idle.cpu.values()) / idle.seconds
    return (
        f"idle with {feeds} feeds: {share:.1f} % of a core, taken off above; plain HTTP, the sites' CPU not counted",
    )


if __name__ == "__main__":
    alone(run)
