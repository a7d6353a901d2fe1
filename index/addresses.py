"""Which internet addresses a URL may lead to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

# NAT64 (RFC 6052): the last 32 bits are an IPv4 address that a gateway connects to.
_NAT64 = IPv6Network("64:ff9b::/96")

# What the IANA registries of special addresses hold beyond what Python calls private: protocol
# assignments, 6to4 relays, the site-local addresses of old, and a second range for documentation.
_SPECIAL = (
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    ip_network("fec0::/10"),
    ip_network("3fff::/20"),
)


def parse_address(text: str) -> Address:
    """Parse an address as the resolver writes it, without its zone; raises ValueError."""
    return ip_address(text.partition("%")[0])


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet.

    False for private, loopback, link-local, multicast, reserved and unspecified addresses. An
    IPv6 address that carries an IPv4 address (mapped, 6to4, Teredo, NAT64) is what that one is.
    """
    if isinstance(address, IPv6Address):
        carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
        if any(carried):
            return all(is_public(inside) for inside in carried if inside)
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
