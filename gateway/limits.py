"""How often one caller may come: by account or token once it is known, by address before.

A leaky bucket (GCRA): a caller's bucket holds ``burst`` calls and drains at ``per_second``; one number a caller.
What must hold across hosts (sign-in, registration, writes of strangers) is counted in Redis where there is one; floods
of reads are a matter of each process. If Redis fails, memory counts, and the log says so once.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_network
from typing import Any

import msgspec

from core.config import settings
from core.errors import DomainError
from core.i18n import mark
from gateway.proxies import parse

log = logging.getLogger("yinbo")


class TooMany(DomainError):
    status = 429
    code = "too_many"
    message = mark("Too many tries. Please wait a little.")


class Rate(msgspec.Struct, frozen=True):
    name: str
    per_second: float
    burst: int
    shared: bool = False


#: A hall full of phones may sit behind one address: only what guesses or fills the database is held tight.
RATES = {
    rate.name: rate
    for rate in (
        Rate("login", 10 / 60, 20, shared=True),
        Rate("register", 20 / 60, 40, shared=True),
        # Of single fields of a form, while it is being typed.
        Rate("look", 5, 60),
        Rate("write", 5, 100, shared=True),
        Rate("read", 50, 1000),
        Rate("page", 100, 2000),
        Rate("scans", 100, 2000),
        # Of badges read at booths, an exhibitor's all together: nobody tries numbers out.
        Rate("leads", 1, 60, shared=True),
        # Of people by name: a stolen phone does not read out the list.
        Rate("search", 0.5, 40, shared=True),
        # Of codes that enrol a phone: forty bits, half an hour.
        Rate("enrol", 10 / 60, 20, shared=True),
        # Of wrong tokens; see gateway.auth.
        Rate("token", 5, 100),
    )
}
_HOLDS = 50_000
_SCRIPT = """
local now = redis.call('TIME')
local t = tonumber(now[1]) + tonumber(now[2]) / 1000000
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), t)
local wait = full + step - burst * step - t
if wait > 0 then return tostring(wait) end
redis.call('SET', KEYS[1], tostring(full + step), 'PX', math.ceil((full + step - t) * 1000) + 1000)
return '0'
"""


class Memory:
    """``full``: until when a bucket would take to drain."""

    def __init__(self) -> None:
        self.full: dict[str, float] = {}

    def early(self, rate: Rate, who: str, now: float) -> float:
        """Seconds that a call of now comes too early; nothing is counted."""
        step = 1 / rate.per_second
        full = max(self.full.get(f"{rate.name}:{who}", 0.0), now)
        wait = full + step - rate.burst * step - now
        return wait if wait > 1e-9 else 0.0

    def wait(self, rate: Rate, who: str, now: float) -> float:
        """Seconds that this call comes too early; 0 takes a place in the bucket."""
        if wait := self.early(rate, who, now):
            return wait
        key = f"{rate.name}:{who}"
        step = 1 / rate.per_second
        full = max(self.full.get(key, 0.0), now)
        if len(self.full) >= _HOLDS:
            self.full = {name: until for name, until in self.full.items() if until > now}
            if len(self.full) >= _HOLDS:  # all of them busy: an attack from many addresses, begin anew
                self.full.clear()
        self.full[key] = full + step
        return 0.0


class Limits:
    def __init__(self, redis: Any = None) -> None:
        """``redis``: a ``redis.asyncio.Redis``. Its package is imported only where it is used: it takes its time."""
        self.memory = Memory()
        self.redis = redis
        self.redis_failed = False

    async def check(self, rate: Rate, who: str) -> None:
        """Raises :class:`TooMany` with the seconds to wait."""
        wait = None
        if rate.shared and self.redis is not None:
            wait = await self._ask_redis(rate, who)
        if wait is None:
            wait = self.memory.wait(rate, who, time.monotonic())
        if wait > 0:
            raise TooMany(retry_after=int(wait) + 1)

    def refuse_early(self, rate: Rate, who: str) -> None:
        """Raises :class:`TooMany` when the bucket is full, and counts nothing; of this process alone."""
        if wait := self.memory.early(rate, who, time.monotonic()):
            raise TooMany(retry_after=int(wait) + 1)

    async def _ask_redis(self, rate: Rate, who: str) -> float | None:
        from redis.exceptions import RedisError

        key, step = f"yinbo:rate:{rate.name}:{who}", str(1 / rate.per_second)
        try:
            async with asyncio.timeout(0.25):
                said = await self.redis.eval(_SCRIPT, 1, key, step, str(rate.burst))
        except (RedisError, OSError, TimeoutError) as fault:
            if not self.redis_failed:
                log.warning("rate limits: Redis does not answer, this process counts for itself: %s", fault)
            self.redis_failed = True
            return None
        self.redis_failed = False
        return float(said)


@lru_cache(4096)
def address_key(host: str) -> str:
    """An IPv6 caller owns its whole /64."""
    address = parse(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or host)


_limits: Limits | None = None


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    global _limits
    own = settings()
    if own.rate_limits == "off":
        yield
        return
    redis: Any = None
    if own.redis_url:
        from redis.asyncio import Redis

        redis = Redis.from_url(own.redis_url, decode_responses=True, socket_connect_timeout=0.2, socket_timeout=0.2)
    _limits = Limits(redis)
    try:
        yield
    finally:
        _limits = None
        if redis is not None:
            await redis.aclose()


def current() -> Limits | None:
    """None while ``RATE_LIMITS`` is off."""
    return _limits


async def count(name: str, who: str) -> None:
    """For what is counted by something else than its caller. :raises TooMany: 429."""
    if _limits is not None:
        await _limits.check(RATES[name], who)
