"""The API as its own document describes it: complete, and attacked by schemathesis on a real server."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec
import pytest

from app import create_app
from gateway.access import PUBLIC
from tests.live import environment, running

pytestmark = pytest.mark.anyio


async def test_the_document_tells_of_every_call_its_refusals_and_who_may(client: httpx.AsyncClient) -> None:
    document: dict[str, Any] = (await client.get("/schema/openapi.json")).json()
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    declared = {
        (route.path_format, method.lower()): handler.opt["allow"]
        for route in create_app().routes
        for handler in getattr(route, "route_handlers", [])
        for method in handler.http_methods - {"OPTIONS"}
        if route.path.startswith("/api/")
    }
    told = {(path, method): operation for path, item in document["paths"].items() for method, operation in item.items()}
    assert set(told) == set(declared)
    for call, operation in told.items():
        public = declared[call] == PUBLIC["allow"]
        assert operation["security"] == ([] if public else [{"bearer": []}]), call
        expected = {"400", "409", "422", "429", "503"} | (set() if public else {"401", "403"})
        assert expected <= set(operation["responses"]), call
        assert "application/problem+json" in operation["responses"]["422"]["content"], call


async def test_the_document_is_a_page_too(client: httpx.AsyncClient) -> None:
    page = await client.get("/schema")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "/api/v1/edition" in page.text
    assert "http" not in page.text.replace("http-equiv", "")


def test_every_body_of_the_api_refuses_unknown_members() -> None:
    lenient = []
    for route in create_app().routes:
        for handler in getattr(route, "route_handlers", []):
            if not route.path.startswith("/api/") or handler.http_methods == {"OPTIONS"}:
                continue
            data = handler.parsed_fn_signature.parameters.get("data")
            if data is None:
                continue
            # A body that may be left out is one of a union.
            kinds = [kind for kind in get_args(data.annotation) or (data.annotation,) if kind is not type(None)]
            for kind in kinds:
                strict = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
                if not (strict and kind.__struct_config__.forbid_unknown_fields):
                    lenient.append(f"{handler.http_methods} {route.path}")
    assert lenient == []


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("live")
    with running(home) as url:
        yield url, home


def _token(home: Path, role: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "yinbo"), "tokens", "add", role, "--role", role],
        env=environment(home, 0),
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("role", "examples"), [("", 25), ("admin", 10), ("gate", 4), ("exhibitor", 4)])
def test_schemathesis_finds_nothing(live: tuple[str, Path], role: str, examples: int) -> None:
    """As nobody, as who may do all, and as who is refused most."""
    url, home = live
    checks = (
        "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
        "response_schema_conformance,unsupported_method,missing_required_header"
    )
    bearer = [f"--header=Authorization: Bearer {_token(home, role)}"] if role else []
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            f"{url}/schema/openapi.json",
            "--exclude-path=/api/v1/events",  # a stream that does not end
            f"--checks={checks}",
            "--phases=examples,coverage,fuzzing",
            f"--max-examples={examples}",
            "--seed=1",
            "--no-color",
            *bearer,
        ],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
