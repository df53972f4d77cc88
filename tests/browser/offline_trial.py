"""Three phones lose their network, each in its own way, scan on, overlap, and come back while the server is killed.

``python -m tests.browser.offline_trial --scans 3000`` says what came of it.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, sync_playwright

from tests import live
from tests.browser.chromium import CHROMIUM
from tests.browser.cut import Line, line
from tests.browser.gatehouse import Gatehouse, Phone

PHONES = 3
#: Of each phone's scans so many are of badges that another one scans too.
OVERLAP = 0.3
WRONG_BY = timedelta(minutes=7)
CLOCK = """(() => {
  const Right = Date, off = %d;
  globalThis.Date = class extends Right {
    constructor(...given) { if (given.length) super(...given); else super(Right.now() + off); }
    static now() { return Right.now() + off; }
  };
})()"""


class Server:
    """Started, killed without a warning, started again at the same address."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.env = live.environment(home, port)
        self._process: subprocess.Popen[bytes] | None = None

    def seed(self, badges: int) -> None:
        command = [sys.executable, "-m", "tests.browser.gate_seed"]
        env = {**self.env, "GATE_BADGES": str(badges)}
        subprocess.run(command, env=env, cwd=self.home, check=True, capture_output=True)

    def start(self) -> None:
        log = self.home / "server.log"
        command = [str(Path(sys.executable).parent / "yinbo"), "run", "--port", str(self.port)]
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, env=self.env, cwd=self.home, stdout=out, stderr=out)
        live._wait(self.url, self._process, log)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def serving(home: Path, badges: int) -> Iterator[Server]:
    server = Server(home, live._free_port())
    server.seed(badges)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Result(msgspec.Struct):
    scanned: int
    #: Scans that the server does not have.
    lost: list[str]
    #: Badges with more admissions at the server than phones let them in.
    doubled: list[str]
    expected_conflicts: int
    conflicts: int
    #: Conflicts for another reason, or that no overlap explains.
    strange: list[str]
    killed_in_a_batch: bool
    #: The furthest that a time of the phone with the wrong clock is off what was.
    clock_off_by: float
    scans_a_second: float
    seconds_to_send: float
    #: Wrong verdicts of the phones: none may admit one badge twice.
    twice_on_one_phone: list[str]


def plan(codes: list[str], scans: int, seed: int = 7) -> list[list[str]]:
    """What each phone scans: its own badges, some that others have too, and some of its own twice."""
    chance = random.Random(seed)
    each = scans // PHONES
    shared_count = int(each * OVERLAP)
    shared, rest = codes[:shared_count], codes[shared_count:]
    out: list[list[str]] = []
    own = each - shared_count
    for n in range(PHONES):
        mine = rest[n * own : (n + 1) * own]
        again = own // 20
        # The same one a second time, to be refused by the phone itself.
        mine = mine[: own - again] + mine[:again]
        together = [*shared, *mine]
        chance.shuffle(together)
        out.append(together)
    return out


def trial(browser: Browser, home: Path, scans: int) -> Result:
    with ExitStack() as stack:
        server = stack.enter_context(serving(home, scans + 50))
        house = Gatehouse(server.url, home)
        lines = [stack.enter_context(line(server.port)) for _ in range(PHONES)]
        phones = []
        contexts = []
        for n in range(PHONES):
            context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
            stack.callback(context.close)
            if n == PHONES - 1:
                context.add_init_script(CLOCK % int(WRONG_BY.total_seconds() * 1000))
            contexts.append(context)
            phones.append(house.phone(context, ("NORTH", "SOUTH", "NORTH")[n], f"http://127.0.0.1:{lines[n].port}"))
        # One has no network, the server of another hangs, that of the third is gone.
        contexts[0].set_offline(True)
        lines[1].cut("hangs")
        lines[2].cut("gone")
        todo = plan(house.told.visitors, scans)
        begun = datetime.now(UTC)
        clock = time.monotonic()
        said = [phone.many(codes) for phone, codes in zip(phones, todo, strict=True)]
        took = time.monotonic() - clock
        ended = datetime.now(UTC)
        for phone in phones:
            assert phone.waiting() == scans // PHONES, phone.waiting()
        # A closed tab has forgotten nothing.
        phones[0].tab.reload()
        phones[0].tab.wait_for_selector(".line")
        clock = time.monotonic()
        contexts[0].set_offline(False)
        lines[1].cut("through")
        lines[2].cut("through")
        killed = _killed_while_sending(server, lines, phones)
        server.start()
        for phone in phones:
            phone.sent(180_000)
        sending = time.monotonic() - clock
        return _judged(house, todo, said, (begun, ended), took, sending, killed)


def _killed_while_sending(server: Server, lines: list[Line], phones: list[Phone]) -> bool:
    """As soon as a batch is on its way; True when not all was answered by then."""
    until = time.monotonic() + 30
    while time.monotonic() < until and not any(line.batches for line in lines):
        time.sleep(0.001)
    server.kill()
    return any(phone.waiting() for phone in phones)


def _judged(
    house: Gatehouse,
    todo: list[list[str]],
    said: list[list[list[str]]],
    window: tuple[datetime, datetime],
    took: float,
    sending: float,
    killed: bool,
) -> Result:
    stored = house.scans()
    by_nonce = {scan["nonce"]: scan for scan in stored}
    lost, admitted, twice = [], Counter[str](), []
    for codes, answers in zip(todo, said, strict=True):
        here = Counter[str]()
        for code, (nonce, verdict, _) in zip(codes, answers, strict=True):
            if nonce not in by_nonce and f"{nonce}~a" not in by_nonce:
                lost.append(nonce)
            if verdict == "admitted":
                admitted[code] += 1
                here[code] += 1
        twice += [code for code, times in here.items() if times > 1]
    conflicts = [scan for scan in stored if scan["conflict"]]
    by_badge = Counter(scan["badge"] for scan in stored if scan["verdict"] == "admitted" and not scan["automatic"])
    wrong = [nonce for nonce, *_ in said[-1]]
    times = [datetime.fromisoformat(by_nonce[nonce]["scanned_at"]) for nonce in wrong if nonce in by_nonce]
    off = max((max(window[0] - at, at - window[1], timedelta(0)) for at in times), default=timedelta(0))
    return Result(
        scanned=sum(len(answers) for answers in said),
        lost=lost,
        doubled=[] if sum(by_badge.values()) == sum(admitted.values()) else [str(by_badge.most_common(3))],
        expected_conflicts=sum(times - 1 for times in admitted.values()),
        conflicts=len(conflicts),
        strange=[scan["nonce"] for scan in conflicts if scan["reason"] != "already_used"],
        killed_in_a_batch=killed,
        clock_off_by=off.total_seconds(),
        scans_a_second=round(sum(len(answers) for answers in said) / took, 1),
        seconds_to_send=round(sending, 1),
        twice_on_one_phone=twice,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scans", type=int, default=3000)
    asked = parser.parse_args()
    from tests.browser.conftest import FLAGS

    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found = trial(browser, Path(home), asked.scans)
        browser.close()
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


if __name__ == "__main__":
    os.environ.setdefault("YINBO_RATE_LIMITS", "off")
    main()
