"""The pages that are looked at in a browser, in every language and type size. Add yours here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    path: str
    status: int = 200

    def __str__(self) -> str:
        return self.path


PAGES = [
    Page("/"),
    Page("/editions/2025"),
    Page("/agenda"),
    Page("/exhibitors"),
    Page("/projects"),
    Page("/register"),
    Page("/portal"),
    Page("/scan"),
    Page("/wall"),
    Page("/privacy"),
    Page("/help"),
    Page("/nowhere", status=404),
]
