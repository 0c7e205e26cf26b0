"""Which addresses may be connected to. Asked by the socket factory, about the address that the socket will use."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.origins import Origin

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: as getaddrinfo gives them: family, type, protocol, canonical name, socket address
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]

PUBLIC_PORTS = frozenset({80, 443})

#: `ipaddress.is_global` changes between Python releases and calls some of these global, so the table is our own:
#: the IANA special-purpose registries, multicast, and what clouds put their metadata on.
BLOCKED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches loopback on Linux
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT, and the metadata service of Alibaba
        "127.0.0.0/8",
        "168.63.129.16/32",  # metadata and DHCP of Azure, inside a public range
        "169.254.0.0/16",  # link local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocols, and the metadata service of Oracle
        "192.0.2.0/24",
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
#: The only space given out for the public internet. Outside it stand loopback, mapped and compatible IPv4 (::/96,
#: ::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard (100::/64), SRv6 (5f00::/16), ULA, link and site local.
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
BLOCKED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocols: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the old 6bone, returned
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in BLOCKED_V4)
    if address.scope_id is not None or address not in PUBLIC_V6:
        return False
    return not any(address in network for network in BLOCKED_V6)


class BlockedAddress(OSError):
    """An OSError, so that the host's next address is tried."""


@dataclass
class Hop:
    """What became of the addresses of one hop."""

    opened: int = 0
    refused: str | None = None

    @property
    def blocked(self) -> bool:
        return self.refused is not None and not self.opened


class Guard:
    """Says what may be reached, and makes no socket for what may not."""

    def __init__(self, origins: Sequence[Origin]) -> None:
        self._origins = tuple(origins)

    def allows(self, address: Address, port: int) -> bool:
        if port in PUBLIC_PORTS and is_public(address):
            return True
        return any(origin.allows(address, port) for origin in self._origins)

    def allows_port(self, port: int) -> bool:
        """Whether there is any address at which this port may be asked."""
        return port in PUBLIC_PORTS or any(origin.port == port for origin in self._origins)

    def socket(self, hop: Hop, info: AddressInfo) -> socket.socket:
        """Raises BlockedAddress. The hop remembers what became of it."""
        family, kind, protocol, _, sockaddr = info
        host, port = str(sockaddr[0]), int(sockaddr[1])
        if family not in (socket.AF_INET, socket.AF_INET6) or not self.allows(ipaddress.ip_address(host), port):
            hop.refused = f"{host} port {port}"
            raise BlockedAddress(f"{host} port {port} may not be reached")
        hop.opened += 1
        return socket.socket(family=family, type=kind, proto=protocol)
