"""What Piccolo asks for: the engine and the registry of apps."""

from piccolo.conf.apps import AppRegistry

from core.config import settings
from core.db import make_engine

DB = make_engine(settings())

APP_REGISTRY = AppRegistry(
    apps=[
        "core.editions.piccolo_app",
        "core.audit.piccolo_app",
        "core.idempotency.piccolo_app",
        "exhibitors.piccolo_app",
        "checkin.piccolo_app",
        "deals.piccolo_app",
        "projects.piccolo_app",
        "core.accounts.piccolo_app",
        "core.mail.piccolo_app",
        "core.jobs.piccolo_app",
        "core.files.piccolo_app",
    ]
)
