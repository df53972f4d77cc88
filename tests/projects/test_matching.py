"""Partners for projects: the worked examples of the manual, rules that hold for any input, and who sees what."""

import math
import random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from exhibitors.tables import Exhibitor, ExhibitorCategory, ExhibitorField, Status
from projects.queries import matching
from projects.queries import projects as queries
from projects.rules.interests import CONSENT_VERSION
from projects.rules.matching import BRINGS, Match, Partner, Sought, best, match
from projects.rules.projects import OwnerIn, ProjectIn
from projects.services import projects
from projects.tables import Interest
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import queries_of, send_form, sign_in, token_for

PROJECT = Sought(
    ("medical_care_integration", "long_term_care"), needs=("SMRT",), cooperation=("investment", "operation")
)
FIELDS = ("standardization", "informatization", "long_term_care", "medical_care_integration", "other")
TRADES = sorted({code for codes in BRINGS.values() for code in codes} | {"TOUR", "EDUC"})


def firm(fields: str, categories: str) -> Partner:
    return Partner(frozenset(fields.split()), frozenset(categories.split()))


def points(found: Match) -> dict[str, int]:
    return {one.part: one.points for one in found.reasons}


def test_the_worked_examples_of_the_manual() -> None:
    one = match(PROJECT, firm("long_term_care", "SMRT"), interested=False)
    assert (one.score, points(one)) == (43, {"needs": 32, "fields": 11})
    two = match(PROJECT, firm("medical_care_integration", "MEDC"), interested=False)
    assert (two.score, points(two)) == (32, {"fields": 21, "cooperation": 11})
    three = match(PROJECT, firm("medical_care_integration long_term_care", "SMRT INST FINA"), interested=True)
    assert (three.score, points(three)) == (100, {"fields": 32, "needs": 32, "cooperation": 21, "interest": 16})
    assert match(PROJECT, firm("other", "TOUR"), interested=False).score == 0


def _gain(order: list[str], worth: dict[str, int]) -> float:
    """DCG@10."""
    return sum((2.0 ** worth.get(number, 0) - 1.0) / math.log2(place + 2) for place, number in enumerate(order[:10]))


def test_the_order_is_better_than_chance_and_than_fields_alone_on_a_set_with_known_answers() -> None:
    """Partners are drawn by how much they truly fit: 3 fields, need and cooperation; 2 the need and a field; 1 a field
    alone; 0 nothing, with noise on top. NDCG@10 over 60 projects."""
    draw = random.Random(5)
    ours, chance, fields_only = [], [], []
    for _ in range(60):
        field, need = draw.choice(FIELDS), draw.choice(["SMRT", "NURS", "ASST", "FOOD"])
        way = draw.choice(sorted(BRINGS))
        asked = Sought((field,), needs=(need,), cooperation=(way,))
        worth: dict[str, int] = {}
        partners = []
        for n in range(120):
            fit = draw.choices([0, 1, 2, 3], [80, 25, 10, 5])[0]
            trades = {need} if fit >= 2 else set()
            trades |= {draw.choice(sorted(BRINGS[way]))} if fit == 3 else {draw.choice(["TOUR", "EDUC", "HLTH"])}
            has = {field} if fit else {draw.choice([one for one in FIELDS if one != field])}
            number = f"{n:03}"
            worth[number] = fit
            partners.append((number, firm(" ".join(has), " ".join(trades)), False))
        ideal = _gain(sorted(worth, key=lambda one: -worth[one]), worth)
        ours.append(_gain([number for number, _ in best(asked, partners, 10)], worth) / ideal)
        shuffled = [number for number, _, _ in partners]
        draw.shuffle(shuffled)
        chance.append(_gain(shuffled, worth) / ideal)
        alone = Sought((field,))
        fields_only.append(_gain([number for number, _ in best(alone, partners, 10)], worth) / ideal)
    mean = {name: sum(all_) / len(all_) for name, all_ in (("ours", ours), ("chance", chance), ("fields", fields_only))}
    print(f"NDCG@10: {mean}")
    assert mean["ours"] > 0.9
    assert mean["ours"] > mean["fields"] + 0.2
    assert mean["fields"] > mean["chance"]


codes = st.lists(st.sampled_from(TRADES), unique=True, max_size=6).map(tuple)
sought = st.builds(
    Sought,
    fields=st.lists(st.sampled_from(FIELDS), unique=True, max_size=5).map(tuple),
    needs=codes,
    offers=codes,
    cooperation=st.lists(st.sampled_from(sorted(BRINGS)), unique=True, max_size=6).map(tuple),
)
partner = st.builds(
    Partner,
    fields=st.frozensets(st.sampled_from(FIELDS)),
    categories=st.frozensets(st.sampled_from(TRADES), max_size=3),
)


@given(sought, partner, st.booleans())
def test_a_score_is_within_its_limits_and_is_what_its_reasons_add_up_to(
    one: Sought, other: Partner, interested: bool
) -> None:
    found = match(one, other, interested)
    assert 0 <= found.score <= 100
    assert found.score == min(100, sum(reason.points for reason in found.reasons))
    assert all(reason.points > 0 for reason in found.reasons)
    assert found == match(one, other, interested)


@given(sought, partner, st.sampled_from(TRADES))
def test_more_in_common_or_interest_never_makes_it_less(one: Sought, other: Partner, more: str) -> None:
    found = match(one, other, interested=False).score
    assert match(one, other, interested=True).score >= found
    wider = Partner(other.fields | set(one.fields), other.categories | {more})
    assert match(one, wider, interested=False).score >= found


@given(sought, st.lists(st.tuples(partner, st.booleans()), max_size=30), st.integers(1, 5))
def test_the_best_stand_first_and_the_order_is_always_the_same(
    one: Sought, others: list[tuple[Partner, bool]], most: int
) -> None:
    named = [(f"{n:03}", says, interested) for n, (says, interested) in enumerate(others)]
    found = best(one, named, most)
    assert found == best(one, reversed(named), most)
    whole = best(one, named, len(named) + 1)
    assert found == whole[:most]
    assert [(-match_.score, number) for number, match_ in whole] == sorted((-m.score, number) for number, m in whole)
    assert len(whole) == sum(match(one, says, said).score > 0 for _, says, said in named)


async def a_project(edition: EditionInfo, owner: OwnerIn | str = "示例养老集团") -> str:
    typed = ProjectIn("示例项目", owner, "示例。", "idea", ["long_term_care"], ["technology"], needs=["SMRT"])
    return (await projects.add(CLI, edition, typed)).number


async def says(number: str, *categories: str) -> int:
    row = await Exhibitor.select(Exhibitor.id).where(Exhibitor.number == number).first()
    assert row is not None
    own = row["id"]
    await ExhibitorField.delete().where(ExhibitorField.exhibitor == own)
    await ExhibitorField.insert(ExhibitorField(exhibitor=own, code="long_term_care"))
    await ExhibitorCategory.delete().where(ExhibitorCategory.exhibitor == own)
    trades = [ExhibitorCategory(exhibitor=own, code=code, position=n) for n, code in enumerate(categories)]
    await ExhibitorCategory.insert(*trades)
    return int(own)


@pytest.mark.anyio
async def test_owner_and_organizers_see_who_fits_and_why_and_nobody_who_did_not_agree(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    own, fits, hidden = [await a_firm(edition, n) for n in (1, 2, 3)]
    waiting = await a_firm(edition, 4, Status.submitted)
    for number in (own, fits, hidden, waiting):
        await says(number, "SMRT")
    await Exhibitor.update({Exhibitor.listed: False}).where(Exhibitor.number == hidden)
    number = await a_project(edition, OwnerIn(own))
    at = f"/api/v1/projects/{number}/matches"
    [one] = (await client.get(at, headers=await token_for(Role.organizer))).json()
    assert one["exhibitor"] == fits
    assert one["score"] == 85
    assert [(reason["part"], reason["codes"]) for reason in one["reasons"]] == [
        ("fields", ["long_term_care"]),
        ("needs", ["SMRT"]),
        ("cooperation", ["technology"]),
    ]
    assert one["reasons"][1]["text_en"].startswith("Does what the project needs: ")
    assert (await client.get(at, headers=await token_for(Role.exhibitor))).status_code == 404
    assert (await client.get(at)).status_code == 401
    await its_member(edition, own)
    await sign_in(client, Role.exhibitor)
    assert f"/exhibitors/{fits}" in (await client.get(f"/portal/{own}/projects/{number}")).text
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    assert f"/exhibitors/{fits}" in (await client.get(f"/admin/projects/{number}")).text
    suits = (await client.get(f"/portal/{fits}/projects")).text
    assert f"/projects/{number}" in suits
    assert f'href="/projects/{number}"' not in (await client.get(f"/portal/{own}/projects")).text


@pytest.mark.anyio
async def test_interest_lifts_a_firm_and_the_number_of_queries_stays(opened: None) -> None:
    edition = await an_edition()
    firms = [await a_firm(edition, n) for n in (1, 2)]
    ids = [await says(number, "SMRT") for number in firms]
    number = await a_project(edition)
    project = await queries.project_numbered(CLI, edition, number)
    first = await queries_of(lambda: matching.partners_for(edition, project))
    found = await matching.partners_for(edition, project)
    assert [one.firm.number for one in found] == sorted(firms)
    later = max(range(2), key=lambda n: firms[n])
    await Interest.insert(
        Interest(
            edition=edition.id,
            project=project.id,
            exhibitor=ids[later],
            who=-ids[later],
            version=CONSENT_VERSION,
            made_by="cli",
            made_at=project.made_at,
        )
    )
    second = await queries_of(lambda: matching.partners_for(edition, project))
    again = await matching.partners_for(edition, project)
    assert (again[0].firm.number, again[0].match.score) == (firms[later], 100)
    assert second == first


@pytest.mark.anyio
async def test_who_says_no_thanks_is_proposed_to_nobody_of_the_two_until_it_is_taken_back(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    own, other = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, own)
    ids = {number: await says(number, "SMRT") for number in (own, other)}
    theirs, mine = await a_project(edition, OwnerIn(other)), await a_project(edition, OwnerIn(own))
    await sign_in(client, Role.exhibitor)
    at, page = f"/portal/{own}/matches", f"/portal/{own}/messages"

    async def proposed() -> tuple[list[str], list[str]]:
        partners = await matching.partners_for(edition, await queries.published_one(edition, mine))
        fitting = await matching.projects_for(edition, ids[own])
        return [one.firm.number for one in partners], [one.project.number for one in fitting]

    assert await proposed() == ([other], [theirs])
    assert (await send_form(client, at, page, project=mine, exhibitor=other)).status_code == 303
    assert (await send_form(client, at, page, project=theirs)).status_code == 303
    assert (await send_form(client, at, page, project=theirs)).status_code == 303, "said again it is nothing"
    assert await proposed() == ([], [])
    assert "恢复推荐" in (await client.get(f"/portal/{own}/projects")).text
    assert "恢复推荐" in (await client.get(f"/portal/{own}/projects/{mine}")).text
    assert (await send_form(client, at, page, project=mine, exhibitor=other, back="1")).status_code == 303
    assert (await send_form(client, at, page, project=theirs, back="1")).status_code == 303
    assert await proposed() == ([other], [theirs])
    for wrong in ({"project": "P000000"}, {"project": mine, "exhibitor": own}, {"project": mine, "exhibitor": "x"}):
        assert (await send_form(client, at, page, **wrong)).status_code == 404
    assert (await send_form(client, f"/portal/{other}/matches", page, project=theirs)).status_code == 404


@pytest.mark.anyio
async def test_an_organizer_sets_what_counts_how_much(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    own, other = await a_firm(edition, 1), await a_firm(edition, 2)
    await says(other, "SMRT")
    project = await queries.published_one(edition, await a_project(edition, OwnerIn(own)))
    await sign_in(client, Role.organizer)
    at = "/admin/projects/weights"
    whole = {"fields": "30", "needs": "30", "cooperation": "20", "offers": "5", "interest": "15"}
    for wrong, name in (
        ({"fields": "101"}, "fields"),
        ({"needs": "x"}, "needs"),
        (dict.fromkeys(whole, "0"), "fields"),
    ):
        answer = await send_form(client, at, **{**whole, **wrong})
        assert (answer.status_code, f'id="f-{name}-error"' in answer.text) == (422, True), wrong
    [before] = await matching.partners_for(edition, project)
    assert (await send_form(client, at, **{**whole, "interest": "0"})).status_code == 303
    [after] = await matching.partners_for(edition, project)
    assert (before.match.score, after.match.score) == (85, 100)
