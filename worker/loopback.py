"""Ports and sockets of this machine."""

from __future__ import annotations

import socket

#: tried one after the other where the wanted one is taken
PORTS_TRIED = 20


def free_port(wanted: int) -> int:
    """`wanted` on 127.0.0.1, else the next of PORTS_TRIED that is free; 0: any. OSError where all are taken."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 1 << 16)) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError(f"no port is free on 127.0.0.1 from {wanted} on")


def listener(address: str, port: int, option: int = socket.SO_REUSEADDR) -> socket.socket:
    """Bound, with `option` of SOL_SOCKET set. OSError where the port is taken."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, option, 1)
    try:
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound
