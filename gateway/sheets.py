"""A spreadsheet as an answer. That it is kept nowhere is said for whoever is signed in (:mod:`gateway.front`)."""

from litestar import Response

from core.files.sheets import XLSX


def spreadsheet(made: bytes, name: str) -> Response[bytes]:
    """``name``: of the file, without its ending."""
    return Response(made, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}.xlsx"'})
