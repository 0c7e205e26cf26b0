"""Where the demonstration listens."""

from __future__ import annotations

import socket

#: tried one after the other where the wanted one is taken
PORTS_TRIED = 20


def free_port(wanted: int) -> int:
    """`wanted` on 127.0.0.1, else the next that is free, else any; 0: any."""
    for port in (*range(wanted, min(wanted + PORTS_TRIED, 1 << 16)), 0) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no port is free on 127.0.0.1")
