"""A child process with jobs that misbehave, started by test_sandbox.py as the real one is."""

import ctypes
import os
import sys
import time

from tasks.reasons import Failed
from worker.sandbox_child import serve


def say_no(arguments, body):
    raise Failed("not-a-feed", "half a pair: \ud800")


def raise_anything(arguments, body):
    raise LookupError("unknown encoding: undefined")


def spin(arguments, body):
    while True:
        pass


def fill_memory(arguments, body):
    return bytes(int(arguments["bytes"]))


def grow(arguments, body):
    kept = bytearray(int(arguments["bytes"]))
    kept[::4096] = b"x" * len(kept[::4096])
    return b"grown"


def name_modules(arguments, body):
    return " ".join(sys.modules).encode()


def print_and_read(arguments, body):
    print("not an answer", flush=True)
    os.write(1, b"nor is this")
    return sys.stdin.read().encode() + body


JOBS = {
    "echo": lambda arguments, body: body,
    "pid": lambda arguments, body: str(os.getpid()).encode(),
    "environment": lambda arguments, body: " ".join(os.environ).encode(),
    "sleep": lambda arguments, body: time.sleep(arguments["seconds"]) or b"woke",
    "crash": lambda arguments, body: ctypes.string_at(0),
    "exit": lambda arguments, body: os._exit(3),
    "say_no": say_no,
    "raise_anything": raise_anything,
    "spin": spin,
    "fill_memory": fill_memory,
    "grow": grow,
    "name_modules": name_modules,
    "print_and_read": print_and_read,
}


def load():
    if "broken" in sys.argv:
        raise ImportError("no such parser")
    return JOBS


if __name__ == "__main__":
    serve(load)
