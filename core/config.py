"""Settings: environment variables with the prefix ``YINBO_``, or a ``.env`` file in the working directory."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="YINBO_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    base_url: str = ""
    smtp_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    rate_limits: Literal["on", "off"] = "on"
    trusted_proxies: str = ""
    timezone: str = "Asia/Shanghai"
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def database(self) -> str:
        """The database's address; SQLite in the data folder unless told otherwise."""
        return self.database_url or f"sqlite:///{self.data_dir / 'yinbo.sqlite'}"

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def public_url(self) -> str:
        """Without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


@lru_cache
def settings() -> Settings:
    return Settings()
