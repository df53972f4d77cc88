"""What people send: checked by a process of its own, cleaned, and kept in the database. See docs/exhibitors-files.md.

A domain says which kinds it takes (:mod:`core.files.rules`), keeps a file by :mod:`core.files.services`, and registers
who may read it by :func:`core.files.queries.readable`.
"""
