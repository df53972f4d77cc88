"""A file that a form accepted need not be chosen again when something else is to be mended."""

import re
from datetime import timedelta

import httpx
import pytest

from core import clock
from core.accounts.roles import Role
from core.files import held
from core.files.services import Checked
from core.files.tables import FilePiece, StoredFile
from exhibitors.queries.files import files_of
from exhibitors.tables import Exhibitor, ExhibitorFile, FileKind
from tests import uploads
from tests.exhibitors.desks import a_desk
from tests.expo import an_edition
from tests.portal.test_register import filled
from tests.world import csrf_in, sign_in

pytestmark = pytest.mark.anyio

KEPT = re.compile(r'name="kept-(\w+)" value="([^"]+)"')


async def held_files() -> int:
    found: int = await StoredFile.count().where(StoredFile.purpose == held.PURPOSE)
    return found


async def test_a_licence_chosen_once_comes_along_when_the_form_is_mended(client: httpx.AsyncClient) -> None:
    await an_edition()
    typed = await filled(client, contact_mobile="12")
    first = await client.post("/register", data=typed, files={"licence": ("执照.jpg", uploads.picture_with_gps())})
    assert first.status_code == 422
    assert "执照.jpg" in first.text
    assert await held_files() == 1
    kept = {f"kept-{name}": value for name, value in KEPT.findall(first.text)}
    assert set(kept) == {"kept-licence"}
    second = await client.post("/register", data={**typed, **kept, "contact_mobile": "13800138000"})
    assert second.status_code == 303
    firm = await Exhibitor.select(Exhibitor.id).first()
    assert firm is not None
    line = (await files_of(firm["id"]))[0]
    assert (line.kind, line.file.name, line.file.purpose) == (FileKind.licence, "执照.jpg", "exhibitor")
    assert await held_files() == 0
    again = await client.post("/register", data={**typed, **kept, "contact_mobile": "13800138000"})
    assert again.headers["location"] == second.headers["location"]
    assert await StoredFile.count() == 1


async def test_what_is_kept_belongs_to_its_form_and_field(client: httpx.AsyncClient) -> None:
    await an_edition()
    typed = await filled(client, contact_mobile="12")
    first = await client.post("/register", data=typed, files={"licence": ("a.pdf", uploads.document())})
    ((_, value),) = KEPT.findall(first.text)
    other_form = {**typed, "submission": "A" * 22, "contact_mobile": "13800138000", "kept-licence": value}
    assert (await client.post("/register", data=other_form)).status_code == 303
    assert await ExhibitorFile.count() == 0
    forged = [value[:-2] + "AA", "x", "é", "A" * 200, ""]
    for one in [value, *forged]:
        name = "kept-logo" if one == value else "kept-licence"
        shown = await client.post("/register", data={**typed, name: one})
        assert shown.status_code == 422
        assert KEPT.findall(shown.text) == []


async def test_a_kept_file_can_be_left_out_or_replaced(client: httpx.AsyncClient) -> None:
    await an_edition()
    typed = await filled(client, contact_mobile="12")
    first = await client.post("/register", data=typed, files={"licence": ("first.pdf", uploads.document())})
    ((_, value),) = KEPT.findall(first.text)
    left = await client.post("/register", data={**typed, "kept-licence": value, "drop-licence": "1"})
    assert KEPT.findall(left.text) == []
    bad = await client.post(
        "/register", data={**typed, "kept-licence": value}, files={"licence": ("x.svg", uploads.SVG)}
    )
    assert "SVG" in bad.text
    assert "first.pdf" in bad.text, "one that is refused does not take the place of the one before"
    new = await client.post(
        "/register", data={**typed, "kept-licence": value}, files={"licence": ("second.pdf", uploads.document())}
    )
    assert "second.pdf" in new.text
    assert "first.pdf" not in new.text


async def test_a_faulty_file_and_a_faulty_field_are_said_together(client: httpx.AsyncClient) -> None:
    await an_edition()
    typed = await filled(client, contact_mobile="12", intro="两句\n话")
    sent = await client.post(
        "/register",
        data=typed,
        files={
            "licence": ("big.jpg", b"\xff\xd8\xff" + b"\0" * (50 * uploads.MB)),
            "logo": ("a.jpg", uploads.document()),
        },
    )
    assert sent.status_code == 422
    for said in ("文件超过 10 MB", "实际是 PDF", "两句\n话", "手机"):
        assert said in sent.text
    assert await StoredFile.count() == 0
    assert await Exhibitor.count() == 0


async def test_in_the_desk_the_kind_that_was_missing_is_chosen_and_the_file_is_there(
    client: httpx.AsyncClient,
) -> None:
    number = await a_desk(client)
    page = f"/portal/{number}/files"
    form = {"_csrf": csrf_in((await client.get(page)).text), "kind": "", "note": "正本"}
    first = await client.post(page, data=form, files={"file": ("a.pdf", uploads.document())})
    assert first.status_code == 422
    ((_, value),) = KEPT.findall(first.text)
    logo = await client.post(page, data={**form, "kind": "logo", "kept-file": value})
    assert "实际是 PDF" in logo.text
    done = await client.post(page, data={**form, "kind": "licence", "kept-file": value})
    assert done.status_code == 303
    assert "a.pdf" in (await client.get(page)).text
    gone = await client.post(page, data={**form, "kind": "licence", "kept-file": value})
    assert "请选择文件" in gone.text
    elsewhere = await client.post(page, data={**form, "kind": "licence", "kept-note": value})
    assert elsewhere.status_code == 422


async def test_another_person_cannot_use_what_is_kept(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    page = f"/portal/{number}/files"
    form = {"_csrf": csrf_in((await client.get(page)).text), "kind": "", "note": ""}
    first = await client.post(page, data=form, files={"file": ("a.pdf", uploads.document())})
    ((_, value),) = KEPT.findall(first.text)
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    form = {"_csrf": csrf_in((await client.get(page)).text), "kind": "licence", "kept-file": value}
    assert (await client.post(page, data=form)).status_code == 422


CHECKED = Checked("a.pdf", "pdf", b"%PDF- x", b"", "ab" * 32, None, None, 1)


async def test_one_owner_holds_few_and_all_forms_together_so_many_bytes(
    opened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(held.MOST + 3):
        assert await held.hold("account:1", CHECKED) is not None
    assert await held_files() == held.MOST
    monkeypatch.setattr(held, "BYTES", 20)
    assert await held.hold("form:a", CHECKED) is not None
    assert await held.hold("form:b", CHECKED) is not None
    assert await held.hold("form:c", CHECKED) is None
    assert await held_files() == held.MOST + 2


async def test_bytes_that_no_form_claimed_go_after_a_day(opened: None) -> None:
    old, young = await held.hold("form:a", CHECKED), await held.hold("form:b", CHECKED)
    assert old is not None
    assert young is not None
    await StoredFile.update({StoredFile.made_at: clock.now() - held.LIFE - timedelta(minutes=1)}).where(
        StoredFile.id == old.id
    )
    assert await held.held("form:a", old.id) is None
    assert await held.sweep() == 1
    assert [row["file"] for row in await FilePiece.select(FilePiece.file)] == [young.id]
