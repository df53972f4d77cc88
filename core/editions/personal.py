"""Editions hold no personal data."""

from core.privacy.registry import Holding

HOLDINGS: list[Holding] = []
_CHOICES = ("edition", "edition_field", "edition_category")
EXCEPTIONS = {
    f"{table}.{column}": "of the expo, not of a person" for table in _CHOICES for column in ("name_zh", "name_en")
}
