"""What transactions on both databases have in common: nesting, ownership, doom, and what runs after the commit."""

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Literal, Self

from piccolo.engine.base import BaseTransaction, Engine

from core.db.errors import TransactionMisuse

log = logging.getLogger("yinbo.db")

Hook = Callable[[], None]


class _Written:
    """How many transactions this process has committed, so that what was read can be known to be the latest."""

    times = 0


def written() -> int:
    return _Written.times


class DoorTransaction(BaseTransaction):
    """One transaction, owned by the task that opened it. It takes a connection with its first statement.

    A nested one joins the outer. If its block raises, the outer is doomed: even when the error is swallowed, the
    outer's end rolls back and says so. A failed statement dooms too, on SQLite as on PostgreSQL, so that both
    databases judge a program alike. With ``savepoint`` the nested block is undone by itself and nothing is doomed.
    """

    __slots__ = ("_entered", "_joined", "_savepoint", "_task", "_token", "doomed", "engine", "hooks", "over")

    def __init__(self, engine: Engine[Any], current: ContextVar[Any], *, savepoint: bool = False) -> None:
        self.engine = engine
        self.doomed: BaseException | None = None
        self.hooks: list[Hook] = []
        self.over = False
        self._entered = current
        self._savepoint = savepoint
        self._joined: DoorTransaction | None = None
        self._task: asyncio.Task[Any] | None = None
        self._token: Token[Any] | None = None

    # ── what each database does ──

    async def statement(self, query: str, args: list[Any]) -> list[Any]:
        raise NotImplementedError

    async def statements(self, several: list[tuple[str, list[Any]]]) -> None:
        """One after the other; what they answer is of no interest."""
        for query, args in several:
            await self.statement(query, args)

    async def _commit(self) -> None:
        raise NotImplementedError

    async def _rollback(self) -> None:
        raise NotImplementedError

    async def _mark(self, name: str) -> None:
        raise NotImplementedError

    async def _undo_to(self, name: str) -> None:
        raise NotImplementedError

    # ── what is the same ──

    def check(self) -> None:
        if self.doomed is not None:
            raise TransactionMisuse(
                "an error inside this transaction was swallowed; it can only be rolled back"
            ) from self.doomed

    def owned_here(self) -> bool:
        """False for a context left over from a transaction that is over; an error from a task beside the owner."""
        if self.over:
            return False
        if asyncio.current_task() is not self._task:
            raise TransactionMisuse("a query from another task than the one that opened the transaction")
        return True

    def _run_hooks(self) -> None:
        _Written.times += 1
        hooks, self.hooks = self.hooks, []
        for hook in hooks:
            try:
                hook()
            except Exception:
                log.exception("after_commit hook failed")

    async def __aenter__(self) -> Self:
        outer = self._entered.get()
        if isinstance(outer, DoorTransaction) and outer.owned_here():
            outer.check()
            self._joined = outer
            if self._savepoint:
                await outer._mark(f"s{id(self)}")
            return self
        self._task = asyncio.current_task()
        self._token = self._entered.set(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> Literal[False]:
        outer = self._joined
        if outer is not None:
            if self._savepoint and (error is not None or outer.doomed is not None):
                await outer._undo_to(f"s{id(self)}")
                outer.doomed = None
                if error is None:
                    raise TransactionMisuse("an error inside this savepoint was swallowed; it was rolled back")
            elif error is not None:
                outer.doomed = outer.doomed or error
            return False
        try:
            if error is not None:
                await self._rollback()
            elif self.doomed is not None:
                await self._rollback()
                self.check()
            else:
                await self._commit()
        finally:
            self.over = True
            if self._token is not None:
                self._entered.reset(self._token)
        return False

    # ── what Piccolo's own tools expect of a transaction ──

    async def savepoint(self, name: str | None = None) -> "DoorSavepoint":
        made = DoorSavepoint(name or f"p{id(object())}", self)
        await self._mark(made.name)
        return made

    async def rollback(self) -> None:
        self.doomed = TransactionMisuse("rolled back by hand")


class DoorSavepoint:
    def __init__(self, name: str, transaction: DoorTransaction) -> None:
        if not name.replace("_", "").isalnum():
            raise ValueError("a savepoint's name has letters, digits and underscores")
        self.name = name
        self.transaction = transaction

    async def rollback_to(self) -> None:
        await self.transaction._undo_to(self.name)
        self.transaction.doomed = None

    async def release(self) -> None:
        await self.transaction.statement(f"RELEASE SAVEPOINT {self.name}", [])


def live(current: ContextVar[Any]) -> DoorTransaction | None:
    """The transaction that a query here belongs to."""
    found = current.get()
    if isinstance(found, DoorTransaction) and found.owned_here():
        return found
    return None
