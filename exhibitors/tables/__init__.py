"""The tables of this domain, a file for each part of it."""

from exhibitors.tables.applications import (
    BoothKind,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorConsent,
    ExhibitorField,
    ExhibitorMember,
    ExhibitorStep,
    Status,
    Step,
)
from exhibitors.tables.files import ExhibitorFile, FileKind

__all__ = [
    "BoothKind",
    "Exhibitor",
    "ExhibitorCategory",
    "ExhibitorConsent",
    "ExhibitorField",
    "ExhibitorFile",
    "ExhibitorMember",
    "ExhibitorStep",
    "FileKind",
    "Status",
    "Step",
]
