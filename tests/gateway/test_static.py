import httpx
import pytest

from gateway import static
from gateway.pages import asset

pytestmark = pytest.mark.anyio


async def test_the_built_styles_are_kept_for_good(client: httpx.AsyncClient) -> None:
    answer = await client.get(asset("main.css"), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    again = await client.get(asset("main.css"), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/static/../templates/base.html",
        "/static/%2e%2e/templates/base.html",
        "/static/..%2f..%2fpyproject.toml",
        "/static/.vite/manifest.json",
        "/static//etc/passwd",
        "/static/",
        "/static/nothing.css",
    ],
)
async def test_nothing_but_built_files_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


def test_every_file_knows_its_type() -> None:
    assert [name for name, file in static.files().items() if "octet" in file.media_type] == []
