"""The pages that are looked at in a browser, in every language and type size. Add yours here."""

from dataclasses import dataclass
from typing import Literal

Who = Literal["anonymous", "admin"]


@dataclass(frozen=True)
class Page:
    path: str
    who: Who = "anonymous"
    status: int = 200

    def __str__(self) -> str:
        return f"{self.path}{'' if self.who == 'anonymous' else f' as {self.who}'}"


PAGES = [
    Page("/"),
    Page("/editions/2025"),
    Page("/agenda"),
    Page("/exhibitors"),
    Page("/projects"),
    Page("/portal"),
    Page("/scan"),
    Page("/wall"),
    Page("/privacy"),
    Page("/help"),
    Page("/nowhere", status=404),
]
