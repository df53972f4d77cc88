"""``python -m projects.services.planner``: a problem on standard input, a plan on standard output, as msgpack.

A process of its own, that gives way to others: a plan takes both halves of a minute, and the gates must not wait.
"""

import asyncio
import os
import sys

import msgspec

from projects.rules.planning import Board, Plan, Wish, plan

SECONDS = 25
#: Until a planner that does not end is ended.
PATIENCE = 120


class Task(msgspec.Struct, frozen=True):
    board: Board
    wishes: list[Wish]
    busy: dict[str, frozenset[int]]


class NoPlan(Exception):
    """The planner died, or did not end."""


async def planned(task: Task) -> Plan:
    """:raises NoPlan:"""
    own = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=own,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await child.communicate(msgspec.msgpack.encode(task))
    except TimeoutError:
        raise NoPlan from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise NoPlan
    return msgspec.msgpack.decode(said, type=Plan)


def main() -> None:
    os.nice(10)
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the solver greets on the standard output
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    made = plan(task.board, task.wishes, task.busy, seconds=SECONDS)
    with answer:
        answer.write(msgspec.msgpack.encode(made))


if __name__ == "__main__":
    main()
