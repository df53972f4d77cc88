"""Which files an exhibitor may have, how many, and who sees them."""

from core.files.rules import DOCUMENT, PICTURE, PICTURE_OR_DOCUMENT, Accepts
from core.i18n import mark
from exhibitors.tables import FileKind, Status

ACCEPTS: dict[FileKind, Accepts] = {
    FileKind.logo: PICTURE,
    FileKind.licence: PICTURE_OR_DOCUMENT,
    FileKind.product: PICTURE,
    FileKind.document: PICTURE_OR_DOCUMENT,
    FileKind.drawing: DOCUMENT,
    FileKind.contractor: PICTURE_OR_DOCUMENT,
}
#: At a time. Of a logo and a licence there is one: the next takes its place.
MOST: dict[FileKind, int] = {
    FileKind.logo: 1,
    FileKind.licence: 1,
    FileKind.product: 12,
    FileKind.document: 20,
    FileKind.drawing: 20,
    FileKind.contractor: 10,
}
NAMES: dict[FileKind, str] = {
    FileKind.logo: mark("Logo"),
    FileKind.licence: mark("Licence"),
    FileKind.product: mark("Picture of a product"),
    FileKind.document: mark("Document"),
    FileKind.drawing: mark("Drawing of the booth"),
    FileKind.contractor: mark("Licence or insurance of the contractor"),
}
HINTS: dict[FileKind, str] = {
    FileKind.logo: mark("JPEG, PNG or WebP, up to 10 MB."),
    FileKind.licence: mark("A clear picture (JPEG, PNG or WebP) or a PDF, up to 10 MB."),
    FileKind.product: mark("JPEG, PNG or WebP, up to 10 MB."),
    FileKind.document: mark("A clear picture (JPEG, PNG or WebP) or a PDF, up to 10 MB."),
    FileKind.drawing: mark("A PDF, up to 10 MB."),
    FileKind.contractor: mark("A clear picture (JPEG, PNG or WebP) or a PDF, up to 10 MB."),
}
#: Seen by everybody once the exhibitor is listed; the others by reviewers and the exhibitor itself.
SHOWN = frozenset({FileKind.logo, FileKind.product})
#: Exhibitors of these stand in the directory, unless they asked not to.
PUBLIC = frozenset({Status.approved, Status.booth_assigned, Status.confirmed})
