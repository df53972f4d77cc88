"""Settings: environment variables with the prefix ``YINBO_``, or a ``.env`` file in the working directory."""

from core.config.schema import Settings
from core.config.secrets import SECRET_FILE, bring_back, own_data_dir, secret_key, whole_secret
from core.config.source import PREFIX, SettingsError, settings, unknown_names

__all__ = [
    "PREFIX",
    "SECRET_FILE",
    "Settings",
    "SettingsError",
    "bring_back",
    "own_data_dir",
    "secret_key",
    "settings",
    "unknown_names",
    "whole_secret",
]
