"""The process behind `worker.sandbox`: does one job at a time, within limits that it sets itself before the first.

A message is a head and a body, each after its length as four bytes: the head is JSON, the body what need not be text.
Imports stay small: no numpy, no spaCy.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import struct
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from tasks.reasons import Failed
from worker.leashed import die_with_parent

LENGTHS = struct.Struct(">II")

#: takes the head's arguments and the body; gives the body of the answer
Job = Callable[[Mapping[str, Any], bytes], bytes]


def jobs_of_the_service() -> dict[str, Job]:
    from tasks.poll import read_feed  # noqa: PLC0415  # the parent takes the messages from here, not the parsers

    def read(arguments: Mapping[str, Any], document: bytes) -> bytes:
        now = datetime.fromisoformat(arguments["now"])
        return read_feed(document, **{**arguments, "now": now}).model_dump_json().encode()

    return {"read_feed": read}


def serve(load: Callable[[], Mapping[str, Job]]) -> None:
    """Until standard input ends. Last arguments of the process: its parent's id, memory in bytes, CPU seconds of a job.

    Says that it is ready with an empty message, or with one that holds the `fault` for which it is not.
    """
    parent, memory_bytes, cpu_seconds = (int(argument) for argument in sys.argv[-3:])
    _die_with(parent)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    source, sink = _take_pipes()
    try:
        jobs = load()
    except Exception as error:  # noqa: BLE001  # the parent is to know, whatever it is
        _send(sink, {"fault": f"{type(error).__name__}: {error}"}, b"")
        return
    _send(sink, {}, b"")
    while (message := read_message(source)) is not None:
        head, body = message
        _limit(resource.RLIMIT_CPU, _cpu_seconds_used() + 1 + cpu_seconds)
        answer, result = _outcome(jobs, head, body)
        answer["peak_bytes"] = _peak_bytes()
        _send(sink, answer, result)


def _send(sink: BinaryIO, head: Mapping[str, Any], body: bytes) -> None:
    sink.write(message_bytes(head, body))
    sink.flush()


def message_bytes(head: Mapping[str, Any], body: bytes) -> bytes:
    encoded = json.dumps(head).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


def read_message(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = source.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head_length, body_length = LENGTHS.unpack(lengths)
    return json.loads(source.read(head_length)), source.read(body_length)


def _outcome(jobs: Mapping[str, Job], head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        return {}, jobs[head["job"]](head["arguments"], body)
    except Failed as failed:
        return {"reason": failed.reason, "detail": failed.detail}, b""
    except MemoryError:
        return {"reason": "resource-limit", "detail": "more memory than allowed"}, b""
    except Exception as error:  # noqa: BLE001  # whatever a parser lets out is the answer to this document
        return {"reason": "parse-error", "detail": f"{type(error).__name__}: {error}"[:300]}, b""


def _die_with(parent: int) -> None:
    die_with_parent()
    # elsewhere the end of standard input ends the loop; here the parent may have died before the call above
    if os.getppid() != parent:
        sys.exit(0)


def _limit(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    try:
        resource.setrlimit(what, (soft, hard))
    except (ValueError, OSError):
        # macOS knows RLIMIT_AS and refuses to set it; the limit on time still stands
        return


def _cpu_seconds_used() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return int(used.ru_utime + used.ru_stime)


def _peak_bytes() -> int:
    # Linux hands ru_maxrss of a large parent down to its children, through exec too; VmHWM is the child's own
    with contextlib.suppress(OSError, StopIteration), Path("/proc/self/status").open(encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, out of the reach of a library that prints or reads."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return cast("BinaryIO", source), cast("BinaryIO", sink)


if __name__ == "__main__":
    serve(jobs_of_the_service)
