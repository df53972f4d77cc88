"""Who really calls. ``X-Forwarded-*`` is believed from ``TRUSTED_PROXIES`` alone, and of its list of addresses the
right-most one that is no proxy of ours counts: all to the left of it anybody can write."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


class Proxies:
    def __init__(self, trusted: str) -> None:
        """``trusted``: addresses and networks (CIDR) with commas or spaces between; ValueError for another thing."""
        names = trusted.replace(",", " ").split()
        self.networks: list[IPv4Network | IPv6Network] = [ip_network(name, strict=False) for name in names]
        self.trusts: Callable[[str], bool] = lru_cache(4096)(self._trusts)

    def __bool__(self) -> bool:
        return bool(self.networks)

    def _trusts(self, host: str) -> bool:
        address = parse(host)
        return address is not None and any(address in network for network in self.networks)

    def caller(self, peer: str, forwarded_for: str) -> str:
        """The address of the caller, given who is connected and what it says."""
        if not self.trusts(peer):
            return peer
        last = peer
        for hop in reversed(forwarded_for.split(",")[-32:]):
            address = parse(hop)
            if address is None:
                break
            last = str(address)
            if not self.trusts(last):
                break
        return last


def parse(text: str) -> Address | None:
    """With or without a port, brackets, quotes; an IPv4 address in IPv6 clothes is the IPv4 address."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
