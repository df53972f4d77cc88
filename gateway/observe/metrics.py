"""Counts for Prometheus. With several workers each process counts what it served itself: an answer names its
process (``yinbo_process_info``), and sums are right over time, not in one answer."""

import os
import time
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from checkin.queries import live, scan_desk
from core.audit import queries as audit
from core.db import Busy, engine
from core.db.sqlite import SqliteDoor
from core.editions.queries import current_edition
from core.events.hub import listeners
from core.jobs import queries as jobs
from core.mail import queries as mail

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

REQUESTS = Counter(
    "yinbo_requests", "Answered requests by method, route and status.", ["method", "route", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "yinbo_request_seconds",
    "Time until the answer was sent, by route; streams are left out.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def answered(method: str, route: str, status: int, seconds: float | None) -> None:
    """``seconds``: None for a stream. Looked up once: each look-up takes a lock and checks the labels."""
    children = _children.get((method, route, status))
    if children is None:
        children = REQUESTS.labels(method, route, str(status)), SECONDS.labels(route)
        _children[(method, route, status)] = children
    children[0].inc()
    if seconds is not None:
        children[1].observe(seconds)


IN_FLIGHT = Gauge("yinbo_requests_in_flight", "Requests being answered.", registry=REGISTRY)
STREAMS = Gauge("yinbo_event_streams", "Listeners of live events.", registry=REGISTRY)
WRITER = Gauge("yinbo_writer_queue", "Writes waiting for SQLite's writer.", registry=REGISTRY)
POOL = Gauge("yinbo_pool_connections", "Connections to PostgreSQL.", ["state"], registry=REGISTRY)
UNSEALED = Gauge("yinbo_ledger_unsealed", "Entries of the audit trail without a seal yet.", registry=REGISTRY)
MAILS = Gauge("yinbo_mails", "Mails by state.", ["state"], registry=REGISTRY)
JOBS = Gauge("yinbo_jobs", "Jobs by state.", ["state"], registry=REGISTRY)
ADMITTED = Gauge("yinbo_scans_admitted", "People let in today, by checkpoint.", ["checkpoint"], registry=REGISTRY)
REFUSED = Gauge("yinbo_scans_refused", "Scans refused today, by checkpoint.", ["checkpoint"], registry=REGISTRY)
INSIDE = Gauge("yinbo_inside", "People inside now, by area.", ["area"], registry=REGISTRY)
DEVICES = Gauge("yinbo_devices", "Devices at the gates, heard of lately or silent.", ["state"], registry=REGISTRY)
UNSENT = Gauge("yinbo_devices_unsent", "Scans that devices had not sent when last heard of.", registry=REGISTRY)
CONFLICTS = Gauge("yinbo_conflicts_open", "Conflicts that wait for a ruling.", registry=REGISTRY)
PROCESS = Gauge("yinbo_process_info", "Which process answers.", ["pid"], registry=REGISTRY)

#: Seconds for which what the database said is good: several who scrape ask it no more often.
KEPT_FOR = 5.0
_asked = float("-inf")


async def _ask_database() -> None:
    """What all processes share. If the database does not answer, what it said last stands."""
    global _asked
    if time.monotonic() - _asked < KEPT_FOR:
        return
    _asked = time.monotonic()
    with suppress(Busy):
        UNSEALED.set(await audit.waiting())
        for state, many in (await mail.counts()).items():
            MAILS.labels(state.value).set(many)
        for job_state, many in (await jobs.counts()).items():
            JOBS.labels(job_state.value).set(many)
        await _ask_gates()


async def _ask_gates() -> None:
    """Of the current edition."""
    edition = await current_edition()
    if edition is None:
        return
    now = await live.live(edition)
    for gate in now.gates:
        ADMITTED.labels(gate.checkpoint.code).set(gate.admitted)
        REFUSED.labels(gate.checkpoint.code).set(gate.refusals)
    for area in now.areas:
        INSIDE.labels(area.area.code.lstrip("@")).set(area.inside)
    silent = len(now.quiet)
    DEVICES.labels("silent").set(silent)
    DEVICES.labels("online").set(len(now.devices) - silent)
    UNSENT.set(sum(one.queue for one in now.devices))
    CONFLICTS.set(await scan_desk.open_conflicts(edition))


async def answer() -> bytes:
    PROCESS.labels(os.getpid()).set(1)
    STREAMS.set(listeners())
    door = engine()
    if isinstance(door, SqliteDoor):
        WRITER.set(door.writer.waiting())
    elif door.pool is not None:
        idle = door.pool.get_idle_size()
        POOL.labels("idle").set(idle)
        POOL.labels("busy").set(door.pool.get_size() - idle)
    await _ask_database()
    return generate_latest(REGISTRY)
