"""QR codes of badges: as modules, as PNG and as SVG."""

import io
from functools import lru_cache

import qrcode
from qrcode.util import QRData

#: Modules of white around it, as the standard asks for.
QUIET = 4
#: One of the eight masks. All are read alike; looking for the prettiest takes ten times as long.
_MASK = 3

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=256)
def matrix(code: str) -> Matrix:
    """Without the quiet zone; version 5 at level M for our codes."""
    made = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    made.add_data(QRData(code))
    made.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in made.get_matrix())


def runs(modules: Matrix) -> list[tuple[int, int, int]]:
    """Dark stretches of the rows: column, row, length."""
    found = []
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                found.append((start, y, x - start))
            x += 1
    return found


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
