"""Which internet addresses a URL may lead to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# NAT64 (RFC 6052, RFC 8215): the last 32 bits are an IPv4 address that a gateway connects to.
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def parse_address(text: str) -> Address:
    """Parse an address as the resolver writes it, without its zone; raises ValueError."""
    return ip_address(text.partition("%")[0])


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet.

    False for private, loopback, link-local, multicast, reserved and unspecified addresses, and
    for IPv6 addresses that carry such an IPv4 address inside (mapped, 6to4, Teredo, NAT64).
    """
    if address.is_multicast or address.is_reserved or not address.is_global:
        return _carries_public(address)
    return all(map(is_public, _carried(address)))


def _carries_public(address: Address) -> bool:
    # A mapped address counts as reserved, but is a way to write the IPv4 address.
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return is_public(address.ipv4_mapped)
    return False


def _carried(address: Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    carried = [address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _NAT64):
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [inside for inside in carried if inside]
