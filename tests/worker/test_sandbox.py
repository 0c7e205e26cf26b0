import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from tasks.reasons import Failed
from tests.processes import left
from worker.sandbox import Limits, Sandbox

JOBS = (str(Path(__file__).with_name("sandbox_jobs.py")),)
QUICK = Limits(wall_seconds=0.5, cpu_seconds=5)
#: What a machine that is busy with other things may take for anything.
PATIENT = Limits(wall_seconds=100.0)
FEED = b"""<rss version="2.0"><channel><title>Harbour News</title>
<item><title>Ferry late</title><link>https://news.example/ferry</link></item></channel></rss>"""


def talking(talk, *, limits=PATIENT, children=1, command=JOBS):
    async def run():
        sandbox = Sandbox(limits=limits, children=children, command=command)
        try:
            return await talk(sandbox)
        finally:
            await sandbox.close()

    return asyncio.run(run())


async def ended(sandbox, job, **arguments):
    """The reason of the failure with which a job ended."""
    with pytest.raises(Failed) as caught:
        await sandbox.call(job, arguments, b"")
    return caught.value.reason


async def pid(sandbox):
    return int(await sandbox.call("pid", {}, b""))


def test_a_feed_is_read_in_the_child():
    async def read(sandbox):
        return await sandbox.read_feed(
            FEED,
            feed="harbour",
            url="https://news.example/rss",
            content_type="text/xml",
            now=datetime(2026, 11, 23, tzinfo=UTC),
            max_entries=10,
        )

    document = talking(read, command=Sandbox.COMMAND)

    assert document.title == "Harbour News"
    assert [(entry.feed, entry.title, entry.url) for entry in document.entries] == [
        ("harbour", "Ferry late", "https://news.example/ferry")
    ]


def test_what_the_reader_says_of_a_document_is_what_the_caller_is_told():
    async def read(sandbox):
        return await sandbox.read_feed(
            b"/etc/passwd",
            feed="harbour",
            url="https://news.example/rss",
            content_type="",
            now=datetime(2026, 11, 23, tzinfo=UTC),
            max_entries=10,
        )

    with pytest.raises(Failed, match="not-a-feed"):
        talking(read, command=Sandbox.COMMAND)


def test_the_child_of_the_service_imports_nothing_heavy():
    source = "import sys, worker.sandbox_child as c; c.jobs_of_the_service(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    modules = {module.partition(".")[0] for module in run.stdout.split()}

    assert "feedparser" in modules
    assert not modules & {"numpy", "spacy", "trafilatura", "aiohttp", "celery", "redis", "thinc"}


def test_a_child_is_kept_from_job_to_job():
    async def talk(sandbox):
        return {await pid(sandbox) for _ in range(3)}

    assert len(talking(talk)) == 1


def test_bytes_go_in_and_out_whole():
    body = bytes(range(256)) * 40_000

    assert talking(lambda sandbox: sandbox.call("echo", {}, body)) == body


@pytest.mark.parametrize(
    ("job", "arguments", "limits", "reason"),
    [
        ("sleep", {"seconds": 300}, QUICK, "resource-limit"),
        ("spin", {}, QUICK, "resource-limit"),
        ("fill_memory", {"bytes": 2 << 30}, PATIENT, "resource-limit"),
        ("crash", {}, PATIENT, "parse-error"),
        ("exit", {}, PATIENT, "parse-error"),
        ("raise_anything", {}, PATIENT, "parse-error"),
        ("say_no", {}, PATIENT, "not-a-feed"),
        ("no_such_job", {}, PATIENT, "parse-error"),
    ],
)
def test_a_bad_job_has_a_named_end_and_the_next_job_is_served(job, arguments, limits, reason):
    async def talk(sandbox):
        started = time.monotonic()
        why = await ended(sandbox, job, **arguments)
        spent = time.monotonic() - started
        sandbox.limits = PATIENT
        return why, spent, await sandbox.call("echo", {}, b"next")

    why, spent, following = talking(talk, limits=limits)

    assert why == reason
    assert spent < PATIENT.wall_seconds
    assert following == b"next"


@pytest.mark.slow
def test_processor_time_has_a_limit_of_its_own_set_by_the_kernel():
    limits = Limits(wall_seconds=300, cpu_seconds=0)

    started = time.monotonic()
    assert talking(lambda sandbox: ended(sandbox, "spin"), limits=limits) == "resource-limit"
    assert time.monotonic() - started < 150


def test_an_answer_beyond_all_measure_is_not_taken():
    limits = PATIENT._replace(answer_bytes=1000)

    async def talk(sandbox):
        with pytest.raises(Failed, match="resource-limit"):
            await sandbox.call("echo", {}, bytes(2000))
        return await sandbox.call("echo", {}, b"next")

    assert talking(talk, limits=limits) == b"next"


def test_a_child_that_was_killed_is_replaced_and_no_document_blamed():
    async def talk(sandbox):
        first = await pid(sandbox)
        os.kill(first, signal.SIGKILL)
        assert await asyncio.to_thread(left, [first]) == []
        await asyncio.sleep(0.05)  # until the loop was told, too
        return first, await pid(sandbox)

    first, second = talking(talk)

    assert first != second


def test_a_child_is_renewed_after_its_share_of_jobs():
    async def talk(sandbox):
        return [await pid(sandbox) for _ in range(5)]

    pids = talking(talk, limits=PATIENT._replace(jobs=2))

    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


def test_a_child_that_grew_is_renewed():
    async def talk(sandbox):
        first = await pid(sandbox)
        assert await sandbox.call("grow", {"bytes": 64 << 20}, b"") == b"grown"
        return first, await pid(sandbox)

    first, second = talking(talk, limits=PATIENT._replace(peak_bytes=64 << 20))

    assert first != second


def test_jobs_beyond_the_number_of_children_wait_their_turn():
    async def talk(sandbox):
        nap = {"seconds": 0.2}
        return await asyncio.gather(*(sandbox.call("sleep", nap, b"") for _ in range(4)), pid(sandbox), pid(sandbox))

    started = time.monotonic()
    results = talking(talk, children=2)

    assert results[:4] == [b"woke"] * 4
    assert time.monotonic() - started > 0.4


def test_a_job_that_nobody_waits_for_any_more_ends_with_its_child():
    async def talk(sandbox):
        busy = await pid(sandbox)
        job = asyncio.create_task(sandbox.call("sleep", {"seconds": 300}, b""))
        await asyncio.sleep(0.1)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        return busy, await sandbox.call("echo", {}, b"next")

    busy, following = talking(talk)

    assert following == b"next"
    assert left([busy]) == []


def test_no_environment_and_no_terminal_reach_the_child(monkeypatch):
    monkeypatch.setenv("WIREBEAT_REDIS_URL", "redis://:secret@127.0.0.1/0")

    async def talk(sandbox):
        names = (await sandbox.call("environment", {}, b"")).decode().split()
        return names, await sandbox.call("print_and_read", {}, b"read")

    names, said = talking(talk)

    assert set(names) <= {"PYTHONPATH", "LC_CTYPE"}
    assert said == b"read"


def test_a_child_that_cannot_start_is_a_fault_of_ours_and_not_of_the_document():
    async def talk(sandbox):
        with pytest.raises(Failed, match=r"error: .*no such parser"):
            await sandbox.call("echo", {}, b"")

    talking(talk, command=(*JOBS, "broken"))


def test_closing_ends_every_child():
    async def talk(sandbox):
        return await pid(sandbox)

    assert left([talking(talk)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_children_die_with_their_parent(how, tmp_path):
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import asyncio, sys\n"
        "from worker.sandbox import Sandbox\n"
        "async def main():\n"
        f"    sandbox = Sandbox(command=({JOBS[0]!r},))\n"
        "    print((await sandbox.call('pid', {}, b'')).decode(), flush=True)\n"
        "    await sandbox.call('sleep', {'seconds': 60}, b'')\n"
        "asyncio.run(main())\n"
    )
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, str(parent)], stdout=subprocess.PIPE, text=True, env=path)
    child = int(process.stdout.readline())
    process.send_signal(how)
    process.wait(60)
    process.stdout.close()

    assert left([child]) == []


def test_the_limits_of_the_settings_are_the_limits_of_the_child():
    sandbox = Sandbox(Settings(article_seconds=7, article_memory_bytes=512 << 20))

    assert sandbox.limits.wall_seconds == 7
    assert sandbox.limits.memory_bytes == 512 << 20
