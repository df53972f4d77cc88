"""The door to the database.

Reads are plain Piccolo queries. Every write goes through :func:`transaction`::

    async with transaction():
        await Booth.insert(Booth(code="A-101"))
        after_commit(lambda: publish("booth", "A-101"))
"""

from core.db.door import after_commit, engine, lifespan, make_engine, transaction

__all__ = ["after_commit", "engine", "lifespan", "make_engine", "transaction"]
