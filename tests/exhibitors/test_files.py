"""Files of an exhibitor: sent by a form, kept, shown to who may see them."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from core import clock
from core.accounts.roles import CLI, Role
from core.accounts.services import people
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.services import Checked
from core.files.tables import StoredFile
from exhibitors.queries.files import files_of
from exhibitors.services import files, steps
from exhibitors.services.files import TooManyFiles
from exhibitors.tables import Exhibitor, ExhibitorFile, ExhibitorMember, FileKind, Step
from tests import uploads
from tests.exhibitors.test_queries import firm
from tests.expo import an_edition
from tests.world import csrf_in, sign_in

pytestmark = pytest.mark.anyio

LOGO = Checked("logo.png", "png", b"whole picture", b"small picture", "ab" * 32, 10, 10, None)
LICENCE = Checked("执照.pdf", "pdf", b"%PDF- licence", b"first page", "cd" * 32, None, None, 2)


async def id_of(number: str) -> int:
    row = await Exhibitor.select(Exhibitor.id).where(Exhibitor.number == number).first()
    assert row is not None
    found: int = row["id"]
    return found


async def url(number: str, kind: FileKind) -> str:
    return (await files_of(await id_of(number), kind))[0].file.url


async def send(
    client: httpx.AsyncClient, number: str, data: bytes, name: str = "a.pdf", kind: str = "licence", **typed: str
) -> httpx.Response:
    page = f"/admin/exhibitors/{number}/files"
    token = csrf_in((await client.get(page)).text)
    return await client.post(page, data={"_csrf": token, "kind": kind, **typed}, files={"file": (name, data)})


async def test_a_licence_sent_by_the_form_is_kept_and_comes_back_to_be_saved(client: httpx.AsyncClient) -> None:
    number = await firm(await an_edition(), 1)
    await sign_in(client, Role.organizer)
    sent = uploads.document(2)
    answer = await send(client, number, sent, "照片.jpg", note="正本")
    assert answer.status_code == 303
    page = (await client.get(answer.headers["location"])).text
    assert "照片.pdf" in page
    assert "2 页" in page
    assert "已按文件的实际类型保存为 照片.pdf" in page
    got = await client.get(await url(number, FileKind.licence))
    assert got.content == sent
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%E7%85%A7%E7%89%87.pdf"
    assert got.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "private, no-store"
    assert int(got.headers["content-length"]) == len(sent)


@pytest.mark.parametrize(
    ("data", "name", "kind", "said"),
    [
        (b"\xff\xd8\xff" + b"\0" * (50 * uploads.MB), "photo.jpg", "licence", "文件超过 10 MB"),
        (uploads.SVG, "logo.svg", "logo", "SVG 图片可能带有程序"),
        (uploads.SVG, "logo.png", "logo", "SVG 图片可能带有程序"),
        (uploads.document(), "logo.jpg", "logo", "实际是 PDF"),
        (uploads.zip_bomb(), "licence.pdf", "licence", "不支持这种文件"),
        (b"", "licence.pdf", "licence", "这个文件是空的"),
        (b"", "", "licence", "请选择文件"),
    ],
    ids=["50 MB", "svg", "svg named png", "pdf named jpg", "zip bomb", "0 bytes", "none"],
)
async def test_what_is_refused_is_said_at_the_field_and_the_form_stays(
    client: httpx.AsyncClient, data: bytes, name: str, kind: str, said: str
) -> None:
    number = await firm(await an_edition(), 1)
    await sign_in(client, Role.organizer)
    answer = await send(client, number, data, name, kind, note="手写的说明")
    assert answer.status_code == 422
    assert re.search(rf'id="f-file-error">[^<]*{said}', answer.text)
    assert 'value="手写的说明"' in answer.text
    assert f'<option value="{kind}" selected>' in answer.text
    assert not await StoredFile.exists()


async def test_a_picture_with_gps_is_taken_and_cleaned(client: httpx.AsyncClient) -> None:
    number = await firm(await an_edition(), 1)
    await sign_in(client, Role.organizer)
    assert (await send(client, number, uploads.picture_with_gps(), "p.jpg", "product")).status_code == 303
    got = await client.get(await url(number, FileKind.product))
    assert got.headers["content-disposition"].startswith("inline")
    assert b"SampleCam" not in got.content
    assert b"Exif" not in got.content


async def test_a_body_without_an_end_or_of_no_sense_is_the_senders_fault(client: httpx.AsyncClient) -> None:
    number = await firm(await an_edition(), 1)
    await sign_in(client, Role.organizer)
    page = f"/admin/exhibitors/{number}/files"
    token = csrf_in((await client.get(page)).text)
    field = f'--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n{token}\r\n'
    for kind, body in [
        ("multipart/form-data; boundary=x", field + '--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nlog'),
        ("multipart/form-data; boundary=x", field + "--x\r\nnonsense\r\n\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", field + '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff--x--'),
    ]:
        answer = await client.post(page, content=body.encode("latin-1"), headers={"content-type": kind})
        assert answer.status_code == 400, body


async def both(edition: EditionInfo) -> str:
    number = await firm(edition, 1)
    async with transaction():
        await files.attach(CLI, edition, number, FileKind.logo, LOGO)
        await files.attach(CLI, edition, number, FileKind.licence, LICENCE)
    return number


async def test_a_logo_is_public_once_its_firm_is_listed_and_a_licence_never(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await both(edition)
    logo, licence = await url(number, FileKind.logo), await url(number, FileKind.licence)
    assert (await client.get(logo)).status_code == 404
    await steps.take(CLI, edition, number, Step.approve)
    got = await client.get(logo)
    assert (got.status_code, got.content) == (200, b"whole picture")
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await client.get(logo, headers={"if-none-match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    small = await client.get(logo.replace(".png", "-small.webp"))
    assert (small.headers["content-type"], small.content) == ("image/webp", b"small picture")
    assert (await client.get(licence)).status_code == 404
    assert (await client.get(re.sub(r"/ab\w+", "/guessed", logo))).status_code == 404
    assert (await client.get("/files/999/x.png")).status_code == 404
    async with transaction():
        await Exhibitor.update({Exhibitor.listed: False}).where(Exhibitor.number == number)
    assert (await client.get(logo)).status_code == 404


async def test_a_licence_is_for_reviewers_and_its_own_people(client: httpx.AsyncClient) -> None:
    number = await both(await an_edition())
    licence = await url(number, FileKind.licence)
    for role, status in [(Role.gate, 404), (Role.viewer, 404), (Role.exhibitor, 404), (Role.reviewer, 200)]:
        client.cookies.clear()
        account = await sign_in(client, role)
        assert (await client.get(licence)).status_code == status, role
        if role is Role.exhibitor:
            async with transaction():
                await ExhibitorMember.insert(
                    ExhibitorMember(exhibitor=await id_of(number), account=account, added_by="cli")
                )
            assert (await client.get(licence)).status_code == 200
            await people.set_disabled(CLI, account, disabled=True)
            assert (await client.get(licence)).status_code in (303, 401, 404)


async def test_the_next_licence_takes_the_place_of_the_one_before(opened: None) -> None:
    edition = await an_edition()
    number = await both(edition)
    await files.attach(CLI, edition, number, FileKind.licence, LICENCE)
    assert len(await files_of(await id_of(number), FileKind.licence)) == 1
    assert await ExhibitorFile.count().where(ExhibitorFile.kind == "licence") == 2


async def test_pictures_sent_at_once_do_not_exceed_their_number(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1)

    async def one() -> bool:
        try:
            await files.attach(CLI, edition, number, FileKind.product, LOGO)
        except TooManyFiles:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(20)))) == 12
    lines = await files_of(await id_of(number), FileKind.product)
    assert [line.position for line in lines] == list(range(12))
    await files.remove(CLI, edition, number, lines[3].id)
    assert await one()
    positions = [line.position for line in await files_of(await id_of(number), FileKind.product)]
    assert positions == sorted(set(positions))


async def test_the_bytes_of_a_removed_file_go_after_a_month_and_drawings_stay(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1)
    for kind in (FileKind.licence, FileKind.drawing, FileKind.document):
        line = await files.attach(CLI, edition, number, kind, LICENCE)
        await files.remove(CLI, edition, number, line)
    await ExhibitorFile.update(
        {ExhibitorFile.removed_at: clock.now() - files.REMOVED_LIFE - timedelta(minutes=1)}
    ).where(ExhibitorFile.kind != FileKind.document.value)
    assert await files.sweep() == 1
    left = await ExhibitorFile.select(ExhibitorFile.kind).order_by(ExhibitorFile.kind)
    assert [row["kind"] for row in left] == ["document", "drawing"]
    assert await StoredFile.count() == 2
