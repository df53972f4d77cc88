"""Settings: environment variables with the prefix ``YINBO_``, or a ``.env`` file in the working directory."""

from core.config.schema import Settings
from core.config.secrets import SECRET_FILE, own_data_dir, secret_key
from core.config.source import PREFIX, SettingsError, settings, unknown_names

__all__ = [
    "PREFIX",
    "SECRET_FILE",
    "Settings",
    "SettingsError",
    "own_data_dir",
    "secret_key",
    "settings",
    "unknown_names",
]
