"""QR codes of badges: as modules, as PNG and as SVG."""

import io
import re
from functools import lru_cache

import qrcode
from qrcode.util import QRData

from checkin.codes import LENGTH

#: Modules of white around it, as the standard asks for.
QUIET = 4
#: One of the eight masks. All are read alike; looking for the prettiest takes ten times as long.
_MASK = 3

#: A byte a module, 1 for dark, row by row from the top.
Matrix = tuple[bytes, ...]
_DARK = re.compile(b"\x01+")


@lru_cache(maxsize=256)
def matrix(code: str) -> Matrix:
    """Without the quiet zone; our codes make version 5 at level M."""
    ours = len(code) == LENGTH
    made = qrcode.QRCode(
        version=5 if ours else None, error_correction=qrcode.ERROR_CORRECT_M, border=0, mask_pattern=_MASK
    )
    made.add_data(QRData(code))
    made.make(fit=not ours)
    return tuple(bytes(bool(cell) for cell in row) for row in made.modules)


def runs(modules: Matrix) -> list[tuple[int, int, int]]:
    """Dark stretches of the rows: column, row, length."""
    stretches = ((y, found) for y, row in enumerate(modules) for found in _DARK.finditer(row))
    return [(found.start(), y, found.end() - found.start()) for y, found in stretches]


def svg(code: str) -> bytes:
    modules = matrix(code)
    size = len(modules) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z" for x, y, n in runs(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 8}" height="{size * 8}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path d="{path}"/></svg>'
    ).encode()


def png(code: str, scale: int = 12) -> bytes:
    """``scale`` pixels a module."""
    from PIL import Image

    modules = matrix(code)
    size = len(modules)
    small = Image.new("1", (size + 2 * QUIET, size + 2 * QUIET), 1)
    for x, y, n in runs(modules):
        for at in range(n):
            small.putpixel((x + at + QUIET, y + QUIET), 0)
    out = io.BytesIO()
    small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()
