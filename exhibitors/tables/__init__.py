"""The tables of this domain, a file for each part of it."""

from exhibitors.tables.applications import (
    BoothKind,
    ConsentBy,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorComment,
    ExhibitorConsent,
    ExhibitorField,
    ExhibitorLink,
    ExhibitorMember,
    ExhibitorStep,
    Kind,
    Status,
    Step,
)
from exhibitors.tables.booths import Booth, BoothHolding, Hall
from exhibitors.tables.catalogue import CatalogueEntry, CatalogueLine, CataloguePrint, CatalogueTerms
from exhibitors.tables.deposits import DepositAct, DepositEntry, DepositTerms
from exhibitors.tables.desk import ExhibitorChange, ExhibitorMessage, ExhibitorProduct
from exhibitors.tables.directory import ExhibitorGram, ExhibitorListing
from exhibitors.tables.drafts import ExhibitorDraft
from exhibitors.tables.drawings import DrawingState, DrawingSubmission
from exhibitors.tables.fees import BoothPayment, BoothPrice, BoothTerms, InvoiceDetails, Origin, Per
from exhibitors.tables.files import ExhibitorFile, FileKind
from exhibitors.tables.imports import ExhibitorImport, ImportState
from exhibitors.tables.moves import MovePlace, MoveWindow, Way
from exhibitors.tables.passes import Contractor, PassKind, PassState, PassTerms, WorkPass

__all__ = [
    "Booth",
    "BoothHolding",
    "BoothKind",
    "BoothPayment",
    "BoothPrice",
    "BoothTerms",
    "CatalogueEntry",
    "CatalogueLine",
    "CataloguePrint",
    "CatalogueTerms",
    "ConsentBy",
    "Contractor",
    "DepositAct",
    "DepositEntry",
    "DepositTerms",
    "DrawingState",
    "DrawingSubmission",
    "Exhibitor",
    "ExhibitorCategory",
    "ExhibitorChange",
    "ExhibitorComment",
    "ExhibitorConsent",
    "ExhibitorDraft",
    "ExhibitorField",
    "ExhibitorFile",
    "ExhibitorGram",
    "ExhibitorImport",
    "ExhibitorLink",
    "ExhibitorListing",
    "ExhibitorMember",
    "ExhibitorMessage",
    "ExhibitorProduct",
    "ExhibitorStep",
    "FileKind",
    "Hall",
    "ImportState",
    "InvoiceDetails",
    "Kind",
    "MovePlace",
    "MoveWindow",
    "Origin",
    "PassKind",
    "PassState",
    "PassTerms",
    "Per",
    "Status",
    "Step",
    "Way",
    "WorkPass",
]
