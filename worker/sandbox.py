"""Parses what strangers send where it can be killed: in a child process that is kept until it misbehaves or grows."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from config.settings import Settings
from tasks.documents import ReadDocument
from tasks.reasons import Failed
from worker.sandbox_child import LENGTHS, message_bytes

MIB = 1 << 20
#: for a child to import what it needs, on a busy machine
START_SECONDS = 30.0


class Limits(NamedTuple):
    #: of one job, from its first byte to the answer; killed from outside
    wall_seconds: float = 20.0
    #: of one job; the kernel ends the child
    cpu_seconds: int = 15
    #: address space of a child; numpy and spaCy are not in it
    memory_bytes: int = 1024 * MIB
    #: of an answer; a document's fields are capped long before
    answer_bytes: int = 64 * MIB
    #: a child that did so many jobs, or was once so big, makes room for a fresh one
    jobs: int = 500
    peak_bytes: int = 400 * MIB


class Sandbox:
    """`tasks.ports.FeedReader`. Children are started when first needed; jobs beyond their number wait."""

    COMMAND = (str(Path(__file__).with_name("sandbox_child.py")),)

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        # two, so that one document which takes all its time does not hold up the others
        children: int = 2,
        limits: Limits | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        wall_seconds = settings.article_seconds if settings else Limits().wall_seconds
        memory_bytes = settings.article_memory_bytes if settings else Limits().memory_bytes
        self.limits = limits or Limits(wall_seconds=wall_seconds, memory_bytes=memory_bytes)
        self._command = tuple(command)
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._slots = asyncio.Semaphore(children)

    async def read_feed(
        self,
        document: bytes,
        *,
        feed: str,
        url: str,
        content_type: str,
        now: datetime,
        max_entries: int,
        before: str = "",
    ) -> ReadDocument:
        """`tasks.poll.read_feed`, with `resource-limit` and `parse-error` for whatever it cannot say itself."""
        arguments = {
            "feed": feed,
            "url": url,
            "content_type": content_type,
            "now": now.isoformat(),
            "max_entries": max_entries,
            "before": before,
        }
        result = await self.call("read_feed", arguments, document)
        try:
            return ReadDocument.model_validate_json(result)
        except ValueError as error:
            raise Failed("parse-error", f"no feed document came back: {error}") from None

    async def call(self, job: str, arguments: Mapping[str, Any], body: bytes) -> bytes:
        """Raises Failed, and nothing else, for whatever the job does."""
        async with self._slots:
            child = await self._child()
            self._busy.add(child)
            try:
                head, result = await self._exchange(child, job, arguments, body)
            except BaseException:
                await child.end()
                raise
            finally:
                self._busy.discard(child)
            child.jobs += 1
            worn = child.jobs >= self.limits.jobs or head["peak_bytes"] > self.limits.peak_bytes
            if worn or head.get("reason") == "resource-limit":
                await child.end()
            else:
                self._idle.append(child)
        if "reason" in head:
            raise Failed(head["reason"], head["detail"].encode("utf-8", "replace").decode())
        return result

    async def _child(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
        return await _Child.start(self._command, self.limits)

    async def close(self) -> None:
        children = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(child.end() for child in children))

    async def _exchange(
        self, child: _Child, job: str, arguments: Mapping[str, Any], body: bytes
    ) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(self.limits.wall_seconds):
                return await child.ask(message_bytes({"job": job, "arguments": arguments}, body))
        except TimeoutError:
            raise Failed("resource-limit", f"{job} took more than {self.limits.wall_seconds:g} s") from None
        except (OSError, EOFError, ValueError) as error:
            raise await child.post_mortem(job, error) from None


class _Child:
    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self.jobs = 0

    @classmethod
    async def start(cls, command: Sequence[str], limits: Limits) -> _Child:
        try:
            child = cls(await cls._spawn(command, limits), limits)
        except OSError as error:
            raise Failed("error", f"no process to parse in: {error}") from None
        try:
            async with asyncio.timeout(START_SECONDS):
                head, _ = await child.receive()
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            head = {"fault": f"no word from it: {error!r}"}
        except BaseException:
            await child.end()
            raise
        if head:
            await child.end()
            raise Failed("error", f"the process to parse in did not start: {head['fault']}")
        return child

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @staticmethod
    async def _spawn(command: Sequence[str], limits: Limits) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            # nothing is imported from the working directory, and no environment with secrets goes along
            "-P",
            *command,
            str(os.getpid()),
            str(limits.memory_bytes),
            str(limits.cpu_seconds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )

    async def ask(self, message: bytes) -> tuple[dict[str, Any], bytes]:
        sink = self._process.stdin
        if sink is None:
            raise EOFError("no pipe to it")
        sink.write(message)
        await sink.drain()
        return await self.receive()

    async def receive(self) -> tuple[dict[str, Any], bytes]:
        source = self._process.stdout
        if source is None:
            raise EOFError("no pipe from it")
        head_length, body_length = LENGTHS.unpack(await source.readexactly(LENGTHS.size))
        if head_length + body_length > self._limits.answer_bytes:
            raise Failed("resource-limit", f"an answer of {body_length} bytes")
        head = json.loads(await source.readexactly(head_length))
        return head, await source.readexactly(body_length)

    async def post_mortem(self, job: str, error: Exception) -> Failed:
        # it closed its pipe, so it ends by itself; how it does is what is asked
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), 1.0)
        await self.end()
        code = self._process.returncode
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            # not killed by us: the kernel ended it, for time or for memory
            return Failed("resource-limit", f"{job} was ended by signal {-code}")
        return Failed("parse-error", f"the process of {job} ended with {code}: {error}")

    async def end(self) -> None:
        if self._process.returncode is None:
            # not Process.kill: that would reap a child that has just died, before asyncio sees how it did
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
        await self._process.wait()
