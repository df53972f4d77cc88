"""Pages that open without a network once they were opened with one: each has a service worker of its own, which knows
the page and what it is made of under a version, and nothing else."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b

import msgspec
from litestar import Response

from gateway.pages import TEMPLATES, built_with
from gateway.static import DIST

ALWAYS_ASKED = {"cache-control": "no-cache"}


class KeptPage:
    """``pages``: an expression that the paths fit. ``same``: the address of the one page for all of them;
    without it each is kept as it was last seen. ``patience``: seconds after which a server that hangs is gone."""

    def __init__(
        self,
        name: str,
        *,
        pages: str,
        sources: Sequence[str],
        beside: Sequence[str] = (),
        templates: Sequence[str] = (),
        same: str = "",
        patience: float,
    ) -> None:
        self.name = name
        self.pages = pages
        self.sources = sources
        self.beside = beside
        self.templates = templates
        self.same = same
        self.patience = patience

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """All that the page is made of, by address."""
        found = [address for entry in self.sources for address in built_with(entry)]
        return (*dict.fromkeys(found), *self.beside)

    @cached_property
    def version(self) -> str:
        """Changes with whatever the page is made of."""
        made = blake2b("\n".join(self.parts).encode(), digest_size=6)
        for name in self.templates:
            made.update((TEMPLATES / name).read_bytes())
        return made.hexdigest()

    @cached_property
    def _script(self) -> bytes:
        entry = built_with("page-worker.ts")
        body = (DIST / entry[0].removeprefix("/static/")).read_bytes() if entry else b""
        about = {
            "name": self.name,
            "version": self.version,
            "files": self.parts,
            "pages": self.pages,
            "same": self.same,
            "patience": int(self.patience * 1000),
        }
        return b"self.YINBO=" + msgspec.json.encode(about) + b";\n" + body

    def worker(self, **headers: str) -> Response[bytes]:
        return Response(self._script, media_type="text/javascript", headers={**ALWAYS_ASKED, **headers})
