from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
    Account,
    AccountRole,
    AccountSession,
    ApiToken,
    OneTimeLink,
    RecoveryCode,
    RolePolicy,
    SignInThrottle,
)

APP_CONFIG = AppConfig(
    app_name="accounts",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Account,
        AccountRole,
        AccountSession,
        RecoveryCode,
        OneTimeLink,
        ApiToken,
        SignInThrottle,
        RolePolicy,
    ],
    migration_dependencies=[],
    commands=[],
)
