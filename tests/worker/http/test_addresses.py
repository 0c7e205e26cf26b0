import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.origins import parse_origin
from worker.http.addresses import BlockedAddress, Guard, Hop, is_public

#: the IANA special-purpose registries for IPv4 and IPv6, multicast, and addresses of cloud metadata services
SPECIAL = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "169.254.169.254/32",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "::/96",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/32",
    "2001::/23",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3ffe::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fd00:ec2::254/128",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "4000::/3",
    "8000::/1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "203.0.112.255",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2400:cb00::1",
    "2606:4700::1111",
    "2620:4f:7fff::1",
    "2a00:1450:4001::1",
    "3ffd:ffff::1",
]


@pytest.mark.parametrize("text", SPECIAL)
def test_no_address_of_a_special_range_is_public(text):
    network = ipaddress.ip_network(text)
    middle = network[network.num_addresses // 2]

    assert not [address for address in (network[0], middle, network[-1]) if is_public(address)]


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_beside_the_special_ranges_are_public(text):
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_no_ipv6_address_stands_for_an_ipv4_address(address):
    number = int(address)
    carriers = ["::", "::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "2001::"]
    wrapped = [ipaddress.IPv6Address(int(ipaddress.IPv6Address(carrier)) | number) for carrier in carriers]
    in_6to4 = ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1)

    assert not [carried for carried in (*wrapped, in_6to4) if is_public(carried)]


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_never_public(address):
    assert not (is_public(address) and (address.is_private or address.is_multicast or address.is_reserved))


def test_a_scope_is_never_public():
    assert not is_public(ipaddress.ip_address("2606:4700::1111%1"))


def allowing(*origins):
    return Guard([parse_origin(origin) for origin in origins])


@pytest.mark.parametrize(
    ("address", "port", "allowed"),
    [
        ("8.8.8.8", 80, True),
        ("8.8.8.8", 443, True),
        ("8.8.8.8", 6379, False),
        ("8.8.8.8", 8080, False),
        ("127.0.0.1", 8080, True),
        ("127.9.9.9", 8080, True),
        ("127.0.0.1", 80, False),
        ("127.0.0.1", 8081, False),
        ("10.0.0.1", 8080, False),
        ("::ffff:127.0.0.1", 8080, False),
        ("fd00::1", 9000, True),
        ("fd01::1", 9000, False),
    ],
)
def test_only_public_web_ports_and_exact_exceptions_are_reached(address, port, allowed):
    guard = allowing("127.0.0.0/8:8080", "[fd00::/16]:9000")

    assert guard.allows(ipaddress.ip_address(address), port) is allowed


def test_a_refused_address_gets_no_socket_and_the_hop_remembers_it():
    hop = Hop()
    with pytest.raises(BlockedAddress):
        allowing().socket(hop, (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))

    assert hop.blocked
    assert hop.refused == "127.0.0.1 port 80"


def test_an_allowed_address_gets_a_socket():
    guard = allowing("127.0.0.1/32:8080")

    hop = Hop()

    with guard.socket(hop, (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8080))) as made:
        assert made.family == socket.AF_INET
    assert not hop.blocked


def test_another_family_than_ip_gets_no_socket():
    with pytest.raises(BlockedAddress):
        allowing().socket(Hop(), (socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80)))
