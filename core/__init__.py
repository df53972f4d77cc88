"""The ground floor: knows no domain."""

from core import lazily

__all__ = ["lazily"]
