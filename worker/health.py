"""Is this container's role alive? Exit code 0 or 1, for health checks. Imports little, so that it answers at once.

python -m worker.health --max-age 60                         the role touched its heartbeat file this recently
python -m worker.health --http http://127.0.0.1:8000/readyz  the gateway answers 200
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

#: where a role writes when WIREBEAT_HEARTBEAT_FILE does not say otherwise
HEARTBEAT_FILE = Path(tempfile.gettempdir()) / "wirebeat-heartbeat"
HTTP_TIMEOUT_SECONDS = 4.0


def beat_age(file: Path, max_age_seconds: float, now_seconds: float) -> tuple[bool, str]:
    try:
        age_seconds = now_seconds - file.stat().st_mtime
    except OSError as reason:
        return False, f"no heartbeat: {file}: {reason.strerror}"
    return age_seconds <= max_age_seconds, f"last heartbeat {age_seconds:.0f} s ago"


def answers(url: str) -> tuple[bool, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=HTTP_TIMEOUT_SECONDS)
    try:
        connection.request("GET", parts.path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as reason:
        return False, f"{url}: {reason}"
    finally:
        connection.close()
    return status == http.client.OK, f"{url}: {status}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m worker.health")
    parser.add_argument("--max-age", type=float, default=60.0, help="seconds that a heartbeat may be old")
    parser.add_argument("--file", type=Path, default=HEARTBEAT_FILE, help="the heartbeat file")
    parser.add_argument("--http", metavar="URL", help="ask this address instead")
    asked = parser.parse_args(arguments)
    if asked.http:
        alive, words = answers(asked.http)
    else:
        alive, words = beat_age(asked.file, asked.max_age, time.time())  # noqa: TID251  (file times are wall clock)
    sys.stdout.write(words + "\n")
    return 0 if alive else 1


if __name__ == "__main__":
    sys.exit(main())
