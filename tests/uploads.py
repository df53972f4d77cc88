"""Files to send, made here: sound ones and hostile ones."""

import io
import zipfile

import pikepdf
from PIL import Image

MB = 1024 * 1024


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), *, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (180, 60, 40, 120)[: len(mode)]).save(out, form, **options)
    return out.getvalue()


def picture_with_gps() -> bytes:
    """A telephone's: lying on its side, with place and maker."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SampleCam"
    exif.get_ifd(0x8825)[2] = (29.0, 52.0, 0.0)
    return picture(exif=exif, size=(640, 480))


def document(pages: int = 1) -> bytes:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    return saved(pdf)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def javascript() -> pikepdf.Object:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def launch() -> pikepdf.Object:
    return pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))


def document_with(**root: pikepdf.Object) -> bytes:
    """Members of its root, such as ``OpenAction``, packed so that no search of its bytes finds them."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, value in root.items():
        pdf.Root[f"/{name}"] = pdf.make_indirect(value)
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def encrypted() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    return saved(pdf, encryption=pikepdf.Encryption(owner="owner", user="user"))


def zip_bomb() -> bytes:
    """Ten thousand times larger than it looks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr("xl/workbook.xml", b"0" * (100 * MB))
    return out.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
