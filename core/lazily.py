"""Packages that are imported at the start but needed rarely or late, loaded when something of them is asked for.

Piccolo imports ``black`` wherever it imports its settings, to format new migrations; the others are for single pages.
Together they take half a second of every start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Unlike :class:`importlib.util.LazyLoader`'s, it stays asleep when somebody walks through ``sys.modules`` and
    looks for ``__file__`` and the like."""

    def __init__(self, name: str, spec: ModuleSpec) -> None:
        super().__init__(name)
        self.__spec__ = spec
        self.__file__ = spec.origin
        if spec.submodule_search_locations is not None:
            self.__path__ = list(spec.submodule_search_locations)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        name = self.__name__
        if sys.modules.get(name) is self:
            del sys.modules[name]
        real = import_module(name)
        self.__dict__.update(real.__dict__)
        return getattr(real, attribute)


def lazily(name: str) -> None:
    """Must come before the first import of ``name``; without the package nothing happens."""
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is not None:
        sys.modules[name] = _Later(name, spec)


@contextmanager
def without(name: str) -> Iterator[None]:
    """For the import of something that takes ``name`` along wherever it is installed, and would not miss it."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # the import system's own way to say: not here
    try:
        yield
    finally:
        del sys.modules[name]


for package in ("black", "phonenumbers", "qrcode", "aiosmtplib", "email_validator"):
    lazily(package)
