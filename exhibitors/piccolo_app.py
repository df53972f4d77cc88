from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
    Booth,
    BoothHolding,
    BoothPayment,
    BoothPrice,
    BoothTerms,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorComment,
    ExhibitorConsent,
    ExhibitorField,
    ExhibitorFile,
    ExhibitorGram,
    ExhibitorLink,
    ExhibitorListing,
    ExhibitorMember,
    ExhibitorStep,
    Hall,
    InvoiceDetails,
)

APP_CONFIG = AppConfig(
    app_name="exhibitors",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Booth,
        BoothHolding,
        BoothPayment,
        BoothPrice,
        BoothTerms,
        Exhibitor,
        ExhibitorCategory,
        ExhibitorComment,
        ExhibitorConsent,
        ExhibitorField,
        ExhibitorFile,
        ExhibitorGram,
        ExhibitorLink,
        ExhibitorListing,
        ExhibitorMember,
        ExhibitorStep,
        Hall,
        InvoiceDetails,
    ],
    migration_dependencies=["core.editions.piccolo_app", "core.accounts.piccolo_app", "core.files.piccolo_app"],
    commands=[],
)
