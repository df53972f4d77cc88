"""Sessions of browsers: the cookie's value is made here and never stored."""

from ipaddress import ip_address, ip_network

from core import clock
from core.accounts.queries import SignedIn, roles_with_second_factor
from core.accounts.roles import Role
from core.accounts.rules import SEEN_EVERY, SESSION_LIFE
from core.accounts.secrets import digest, new_token
from core.accounts.tables import Account, AccountRole, AccountSession
from core.db import transaction


def shortened(address: str) -> str:
    """/24 or /48: enough for a person to recognise where from, too little to follow one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False).network_address)


async def needs_second_factor(account: int) -> bool:
    """Whether a role of this account demands one and it has none."""
    has = await Account.select(Account.totp_confirmed).where(Account.id == account).first()
    if has is None or has["totp_confirmed"]:
        return False
    demanding = await roles_with_second_factor()
    if not demanding:
        return False
    roles = await AccountRole.select(AccountRole.role).where(AccountRole.account == account)
    return any(Role(row["role"]) in demanding for row in roles)


async def start(account: int, *, user_agent: str, address: str, replaces: str = "") -> str:
    """A new session's cookie value; ``replaces`` is the cookie that was sent along, whose session ends."""
    now = clock.now()
    token = new_token()
    async with transaction():
        limited = await needs_second_factor(account)
        if replaces:
            await AccountSession.delete().where(AccountSession.token_hash == digest(replaces))
        await AccountSession.delete().where(AccountSession.account == account, AccountSession.expires_at < now)
        await AccountSession.insert(
            AccountSession(
                account=account,
                token_hash=digest(token),
                limited=limited,
                user_agent=user_agent[:200],
                address=shortened(address),
                created_at=now,
                last_seen_at=now,
                expires_at=now + SESSION_LIFE,
            )
        )
    return token


async def rotate(token: str, account: int) -> str:
    """A new value for the same session, when what it may do has changed."""
    fresh = new_token()
    async with transaction():
        limited = await needs_second_factor(account)
        await AccountSession.update({AccountSession.token_hash: digest(fresh), AccountSession.limited: limited}).where(
            AccountSession.token_hash == digest(token)
        )
    return fresh


async def seen(known: SignedIn) -> None:
    """Notes the use, at most once a minute."""
    now = clock.now()
    if now - known.last_seen_at < SEEN_EVERY:
        return
    async with transaction():
        await AccountSession.update({AccountSession.last_seen_at: now}).where(
            AccountSession.id == known.session, AccountSession.last_seen_at < now - SEEN_EVERY
        )


async def end(token: str) -> None:
    async with transaction():
        await AccountSession.delete().where(AccountSession.token_hash == digest(token))


async def end_one(account: int, session: int) -> None:
    """One of a person's own."""
    async with transaction():
        await AccountSession.delete().where(AccountSession.id == session, AccountSession.account == account)


async def end_all(account: int, *, but: str = "") -> None:
    """All of a person's, but for the one with this cookie."""
    async with transaction():
        ending = AccountSession.delete().where(AccountSession.account == account)
        if but:
            ending = ending.where(AccountSession.token_hash != digest(but))
        await ending


async def purge() -> None:
    async with transaction():
        await AccountSession.delete().where(AccountSession.expires_at < clock.now())
