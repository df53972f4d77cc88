"""Packages that others import but hardly ever use, loaded when they are touched.

Piccolo imports ``black`` wherever it imports its settings, to format new migrations: a fifth of a second of every
start.
"""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec


def lazily(name: str) -> None:
    """Must come before the first import of ``name``; without the package nothing happens."""
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


lazily("black")
