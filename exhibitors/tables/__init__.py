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
from exhibitors.tables.booths import Booth, BoothHolding, Hall
from exhibitors.tables.fees import BoothPayment, BoothPrice, BoothTerms, InvoiceDetails, Origin, Per
from exhibitors.tables.files import ExhibitorFile, FileKind

__all__ = [
    "Booth",
    "BoothHolding",
    "BoothKind",
    "BoothPayment",
    "BoothPrice",
    "BoothTerms",
    "Exhibitor",
    "ExhibitorCategory",
    "ExhibitorConsent",
    "ExhibitorField",
    "ExhibitorFile",
    "ExhibitorMember",
    "ExhibitorStep",
    "FileKind",
    "Hall",
    "InvoiceDetails",
    "Origin",
    "Per",
    "Status",
    "Step",
]
