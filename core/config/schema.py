"""The settings and their defaults. docs/settings.md explains each; a test holds the two together."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.config import checks


def _text(check: Any, *arguments: int) -> Any:
    """Checks what stands in the environment; a default is no text to check."""
    return BeforeValidator(lambda value: check(value, *arguments) if isinstance(value, str) and value else value)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="YINBO_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[str, NoDecode, _text(checks.database_url)] = ""
    data_dir: Path = Path("data")
    host: Annotated[str, _text(checks.host)] = "127.0.0.1"
    port: Annotated[int, _text(checks.whole, 0, 65535)] = 8000
    workers: Annotated[int, _text(checks.whole, 1, 64)] = 1
    base_url: Annotated[str, _text(checks.base_url)] = ""
    smtp_url: Annotated[str, _text(checks.smtp_url)] = ""
    mail_from: Annotated[str, _text(checks.mail_from)] = ""
    redis_url: Annotated[str, _text(checks.redis_url)] = ""
    secret_key: Annotated[str, _text(checks.secret)] = ""
    rate_limits: Annotated[str, _text(checks.switch)] = "on"
    trusted_proxies: Annotated[str, _text(checks.proxies)] = ""
    timezone: Annotated[str, _text(checks.timezone)] = "Asia/Shanghai"
    tls_cert: Annotated[Path | None, _text(checks.readable)] = None
    tls_key: Annotated[Path | None, _text(checks.readable)] = None

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        """What no setting says alone. The name before the colon is taken out again by ``source``."""
        if self.tls_cert is not None and self.tls_key is None:
            raise ValueError("TLS_KEY: it is missing while TLS_CERT is set; set both or neither")
        if self.tls_key is not None and self.tls_cert is None:
            raise ValueError("TLS_CERT: it is missing while TLS_KEY is set; set both or neither")
        if self.workers > 1 and self.is_sqlite:
            raise ValueError(
                f"WORKERS: {self.workers} workers cannot share SQLite's one writer; set it to 1, or YINBO_DATABASE_URL "
                "to postgresql://user:password@host:5432/name"
            )
        return self

    @property
    def database(self) -> str:
        """The database's address; SQLite in the data folder unless told otherwise."""
        return self.database_url or f"sqlite:///{self.data_dir / 'yinbo.sqlite'}"

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def public_url(self) -> str:
        """Without a trailing slash. An address that means "every interface" is nothing to link to."""
        if self.base_url:
            return self.base_url
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        if ":" in name and not name.startswith("["):
            name = f"[{name}]"
        return f"{'https' if self.tls_cert else 'http'}://{name}:{self.port}"

    def shown(self) -> dict[str, str]:
        """Every setting as text, with what is secret masked."""
        out = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name == "secret_key":
                out[name] = "(set)" if value else ""
            elif name.endswith("_url"):
                out[name] = checks.masked(value) if value else ""
            else:
                out[name] = "" if value is None else str(value)
        return out

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.shown().items())})"

    __str__ = __repr__
