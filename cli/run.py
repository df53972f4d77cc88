import click
import uvicorn

from core.config import settings


@click.command()
@click.option("--host", default=None)
@click.option("--port", type=int, default=None)
@click.option("--workers", type=int, default=None)
def run(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve until stopped."""
    own = settings()
    own.data_dir.mkdir(parents=True, exist_ok=True)
    uvicorn.run(
        "app:create_app",
        factory=True,
        host=host or own.host,
        port=own.port if port is None else port,
        workers=workers or own.workers,
        log_level="warning",
        # gateway/front.py believes TRUSTED_PROXIES; uvicorn would believe whoever is on this machine.
        proxy_headers=False,
        server_header=False,
    )
