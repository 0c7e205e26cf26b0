"""Ports for what the tests start."""

import socket
import sys


def free_port() -> int:
    """Held until the tests end, so that nobody else is given it before the one it is for has come to listen there.

    Linux lets a server listen on an address that others have bound but do not listen on, when both said so.
    """
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    port: int = held.getsockname()[1]
    if sys.platform == "linux":
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            held.setsockopt(socket.SOL_SOCKET, option, 1)
        held.detach()
    else:
        held.close()
    return port
