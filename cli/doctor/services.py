"""What has to be asked: the database, the mail server, Redis."""

import asyncio
import sqlite3
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from piccolo.querystring import QueryString

from cli.doctor.findings import Finding, error, ok, warning
from core import clock, db
from core.config import Settings, settings
from core.config.checks import is_loopback, masked
from core.db.migrations import pending

PATIENCE = 10.0
#: Who works leaves a sign of life every minute.
SILENT = timedelta(minutes=3)
#: Seconds by which the clocks of program and database may differ.
APART = 5.0


async def _one(sql: str) -> str:
    rows = await db.engine().run_querystring(QueryString(sql))
    return str(next(iter(rows[0].values())))


async def of_database(own: Settings) -> AsyncIterator[Finding]:
    where = masked(own.database)
    if own.is_sqlite and not await asyncio.to_thread(Path(own.database.removeprefix("sqlite:///")).exists):
        yield ok("database", f"{where} is made at the first start")
        return
    try:
        async with db.lifespan():
            async for finding in _opened(own, where):
                yield finding
    except db.Busy as fault:
        cause = type(fault.__cause__).__name__ if fault.__cause__ else "busy"
        yield error("database", f"{where} does not answer ({cause})", "start it, or mend YINBO_DATABASE_URL")
    except (sqlite3.OperationalError, OSError) as fault:
        yield error("database", f"{where} cannot be opened ({fault})", "give this user the right to write there")


async def _opened(own: Settings, where: str) -> AsyncIterator[Finding]:
    if own.is_sqlite:
        version = await _one("SELECT sqlite_version()")
        yield ok("database", f"{where}, SQLite {version}")
        journal = await _one("PRAGMA journal_mode")
        if journal != "wal":
            yield error(
                "database", f"its journal is {journal}, not wal", "keep it on a local disk, not on a network drive"
            )
        if (checked := await _one("PRAGMA quick_check(1)")) != "ok":
            yield error("database", f"it is damaged: {checked}", "restore the last backup: yinbo restore FILE")
    else:
        number = int(await _one("SELECT current_setting('server_version_num')"))
        if number < 130000:
            yield error("database", f"{where}, PostgreSQL {number // 10000}", "PostgreSQL 13 or later is needed")
        else:
            yield ok("database", f"{where}, PostgreSQL {number // 10000}.{number % 10000}")
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            if await _one(f"SELECT current_setting('{name}')") == "0":
                yield warning("database", f"{name} is off", "let no pooler between take away what the program sets")
        if await _one("SELECT current_setting('fsync')") != "on":
            yield error("database", "fsync is off: a power cut loses what was acknowledged", "set fsync = on")
        theirs = float(await _one("SELECT extract(epoch FROM clock_timestamp())"))
        apart = abs(datetime.now(UTC).timestamp() - theirs)
        if apart > APART:
            yield error("clock", f"{apart:.0f} s apart from the database's", "set both: timedatectl set-ntp true")
    state = await pending()
    if state.missing and own.is_sqlite:
        yield ok("migrations", f"{len(state.missing)} are done at the next start")
        return
    if state.missing:
        yield error("migrations", f"{len(state.missing)} are missing", "yinbo migrate")
        return
    if state.unknown:
        yield error("migrations", "the database is of a newer version", "start that version")
        return
    yield ok("migrations", "up to date")
    async for finding in _contents():
        yield finding


async def _contents() -> AsyncIterator[Finding]:
    from core.audit import queries as audit
    from core.mail import queries as mail
    from core.mail.tables import MailState

    waiting = await audit.waiting()
    if waiting > 1000:
        yield warning("ledger", f"{waiting} entries wait for their seal", "start the server: it seals them")
    else:
        yield ok("ledger", f"{waiting} entries wait for their seal")
    yield await _worker()
    if (gates := await _gates()) is not None:
        yield gates
    failed = (await mail.counts())[MailState.failed]
    if failed:
        yield warning("mail", f"{failed} mails failed for good", "see why in the organizers' desk, mend and send again")


async def _gates() -> Finding | None:
    """Phones give camera and offline only to https."""
    from checkin.queries.live import has_checkpoints
    from core.editions.queries import current_edition

    edition = await current_edition()
    if edition is None or not await has_checkpoints(edition):
        return None
    if settings().public_url.startswith("https://"):
        return ok("gates", "phones get camera and offline: the address is https")
    mend = "set YINBO_TLS_CERT and YINBO_TLS_KEY, or YINBO_BASE_URL=https://… behind a proxy"
    return warning("gates", "there are checkpoints, but phones get no camera from an http address", mend)


async def _worker() -> Finding:
    from core.jobs import queries as jobs
    from core.mail import queries as mail

    now = clock.now()
    last = await jobs.last_alive()
    lately = last is not None and now - last < SILENT
    late = await jobs.overdue(now - SILENT), await mail.overdue(now - SILENT)
    waits = f"{late[0]} jobs and {late[1]} mails wait since more than {SILENT.seconds // 60} minutes"
    if lately and any(late):
        return warning("worker", f"one is alive, yet {waits}", "see the server's log; another one helps: yinbo worker")
    if lately:
        return ok("worker", "one is alive")
    if any(late):
        return warning("worker", f"none is alive, and {waits}", "start the server, or: yinbo worker")
    return ok("worker", "none is alive, and nothing waits for one")


#: By what aiosmtplib says of a server without it.
_LACKS = {"STARTTLS": "offers no encryption (STARTTLS)", "AUTH": "takes no sign-in (AUTH)"}


async def of_mail(own: Settings) -> Finding:
    if not own.smtp_url:
        return warning("mail", "no mail server is set: mail is kept in the organizers' desk", "set YINBO_SMTP_URL")
    import aiosmtplib

    from core.mail.delivery import Timeouts, connect
    from core.mail.wire import server_of

    server = server_of(own)
    assert server is not None
    where = masked(own.smtp_url)
    try:
        smtp = await connect(server, Timeouts(connect=PATIENCE, answer=PATIENCE))
        encrypted = smtp.get_transport_info("ssl_object") is not None
        try:
            await smtp.quit()
        finally:
            smtp.close()
    except aiosmtplib.SMTPAuthenticationError:
        return error("mail", f"{where} refuses user or password", "mend them in YINBO_SMTP_URL; encode @ as %40")
    except ssl.SSLError as fault:
        return error(
            "mail", f"{where}: no trusted TLS ({fault.reason})", "mend its certificate, or tls= in YINBO_SMTP_URL"
        )
    except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
        for extension, lacks in _LACKS.items():
            if f"{extension} extension" in str(fault):
                return error("mail", f"{where} {lacks}", "mend YINBO_SMTP_URL, or the server")
        return error("mail", f"{where} does not answer as it should ({type(fault).__name__})", "mend YINBO_SMTP_URL")
    if not encrypted and not is_loopback(server.host):
        return warning("mail", f"{where} takes us in, but mail goes there readable for all", "set tls=starttls or tls")
    how = "encrypted" if encrypted else "not encrypted"
    return ok("mail", f"{where} takes us in, {how}{', signed in' if server.user else ''}")


async def of_redis(own: Settings) -> AsyncIterator[Finding]:
    if not own.redis_url:
        return
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(own.redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
    try:
        async with asyncio.timeout(PATIENCE):
            await client.ping()
        yield ok("redis", masked(own.redis_url))
    except (RedisError, OSError, TimeoutError) as fault:
        yield error(
            "redis", f"{masked(own.redis_url)} does not answer ({type(fault).__name__})", "mend YINBO_REDIS_URL"
        )
    finally:
        await client.aclose()
