"""`127.0.0.0/8:8080` → a network and a port: the addresses that may be fetched though they are not public."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


_EXPECTED = "expected address-or-CIDR:port, for example 127.0.0.0/8:8080"


class Origin(NamedTuple):
    network: Network
    port: int

    def allows(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> bool:
        return port == self.port and address.version == self.network.version and address in self.network


def parse_origin(text: str) -> Origin:
    """Raises ValueError with what was expected. IPv6 stands in brackets: `[fd00::/8]:8080`."""
    address, colon, port = text.strip().rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) <= 65535:
        raise ValueError(f"{text!r} names no port; {_EXPECTED}")
    try:
        network = ipaddress.ip_network(address.strip("[]"))
    except ValueError as reason:
        raise ValueError(f"{text!r}: {reason}; {_EXPECTED}") from reason
    return Origin(network, int(port))
