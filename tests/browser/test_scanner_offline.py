"""The scanner without a network: nothing is lost, nothing doubled, and every conflict listed."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests import live
from tests.browser.cut import line
from tests.browser.gatehouse import KEYS, Gatehouse
from tests.browser.offline_trial import trial

SCANS = 300


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    home = tmp_path_factory.mktemp("offline")
    with live.running(home, seed="tests.browser.gate_seed") as url:
        yield Gatehouse(url, home)


def port_of(house: Gatehouse) -> int:
    return int(house.url.rpartition(":")[2])


def test_three_phones_without_a_network_lose_nothing_and_double_nothing(browser: Browser, tmp_path: Path) -> None:
    """No network, a server that hangs, one that is gone and is killed again while the first batch is on its way; one
    clock seven minutes off; a tab closed in between."""
    found = trial(browser, tmp_path, SCANS)
    assert found.scanned == SCANS
    assert (found.lost, found.doubled, found.twice_on_one_phone, found.strange) == ([], [], [], [])
    assert found.conflicts == found.expected_conflicts > 0
    assert found.clock_off_by < 5


def test_a_server_that_hangs_counts_as_gone_and_the_phone_says_so(browser: Browser, gatehouse: Gatehouse) -> None:
    with line(port_of(gatehouse)) as cut:
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        phone = gatehouse.phone(context, url=f"http://127.0.0.1:{cut.port}")
        cut.cut("hangs")
        begun = time.monotonic()
        told = phone.scan(gatehouse.visitor())
        # Eight tenths for the server, the rest for this machine.
        assert time.monotonic() - begun < 5
        assert told["verdict"] == "admitted"
        assert "离线判断" in told["text"]
        phone.close()
        assert phone.tab.locator('.line[data-online="no"]').count() == 1
        notice = phone.tab.locator(".notices")
        phone.tab.click("summary")
        for said in ("由本机按", "之后新办、注销或补办的证件", "之后其他检票点放行了谁", "场内是否已满员"):
            assert said in notice.inner_text()
        # The next one waits for nobody.
        begun = time.monotonic()
        phone.scan(gatehouse.visitor())
        assert time.monotonic() - begun < 2
        cut.cut("through")
        phone.close()
        phone.sent()
        context.close()


def test_what_the_server_had_refused_before_the_line_broke_is_a_conflict_not_a_loss(
    browser: Browser, gatehouse: Gatehouse
) -> None:
    """The answer "already used" got stuck on the way; the phone, which knew nothing, let them in."""
    code = gatehouse.visitor()
    with line(port_of(gatehouse)) as cut:
        one, other = [browser.new_context(viewport={"width": 390, "height": 844}) for _ in range(2)]
        slow = gatehouse.phone(one, url=f"http://127.0.0.1:{cut.port}")
        fast = gatehouse.phone(other, "SOUTH")
        slow.tab.evaluate(
            """() => {
              const send = window.fetch;
              window.fetch = async (...asked) => {
                const single = String(asked[0]).endsWith('/api/v1/scans');
                if (!single) return send(...asked);
                await send(asked[0], {...asked[1], signal: undefined});
                throw new TypeError('the answer never came');
              };
            }"""
        )
        assert fast.scan(code)["verdict"] == "admitted"
        told = slow.scan(code)
        assert told["verdict"] == "admitted"
        slow.close()
        slow.sent()
        slow.tab.wait_for_function("!document.querySelector('.line[data-waiting]:not([data-waiting=\"0\"])')")
        ours = {scan["nonce"]: scan for scan in gatehouse.scans()}
        assert ours[told["nonce"]]["verdict"] == "refused"
        again = ours[f"{told['nonce']}~a"]
        assert (again["verdict"], again["conflict"], again["reason"]) == ("admitted", True, "already_used")
        one.close()
        other.close()


def test_one_bad_record_holds_up_nobody(browser: Browser, gatehouse: Gatehouse) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = gatehouse.phone(context)
    context.set_offline(True)
    good = [phone.scan(gatehouse.visitor())["nonce"]]
    bad = phone.scan(gatehouse.visitor())["nonce"]
    good.append(phone.scan(gatehouse.visitor())["nonce"])
    phone.close()
    phone.tab.evaluate(
        """async nonce => {
          const base = await new Promise(done => {
            const asked = indexedDB.open('yinbo-scanner');
            asked.onsuccess = () => done(asked.result);
          });
          const queue = base.transaction('queue', 'readwrite').objectStore('queue');
          await new Promise(done => {
            queue.openCursor().onsuccess = event => {
              const at = event.target.result;
              if (!at) return done();
              if (at.value.nonce === nonce) at.update({...at.value, checkpoint: 'NOWHERE'});
              at.continue();
            };
          });
          base.close();
        }""",
        bad,
    )
    context.set_offline(False)
    phone.sent()
    stored = {scan["nonce"] for scan in gatehouse.scans()}
    assert set(good) <= stored
    assert bad not in stored
    assert "1 条记录服务器未接受" in phone.tab.locator(".notices").inner_text()
    phone.tab.click("text=更多")
    phone.tab.wait_for_selector(f"text={bad}")
    context.close()


def test_a_phone_that_is_shut_out_forgets_everything_and_says_so(browser: Browser, gatehouse: Gatehouse) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = gatehouse.phone(context)
    with gatehouse.organizer() as client:
        assert client.get("/api/v1/gate/session").status_code == 200
    token = phone.tab.evaluate(
        """async () => {
          const base = await new Promise(done => {
            const asked = indexedDB.open('yinbo-scanner');
            asked.onsuccess = () => done(asked.result);
          });
          const found = await new Promise(done => {
            const asked = base.transaction('meta').objectStore('meta').get('identity');
            asked.onsuccess = () => done(asked.result);
          });
          base.close();
          return found?.token ?? document.body.innerText;
        }"""
    )
    assert len(token) < 100, token
    with httpx.Client(base_url=gatehouse.url, headers={"authorization": f"Bearer {token}"}) as client:
        assert client.post("/api/v1/gate/leave").status_code == 204
    phone.tab.evaluate(KEYS, gatehouse.visitor())
    phone.tab.wait_for_selector("text=这部手机已被停用", timeout=30_000)
    left = phone.tab.evaluate(
        """async () => {
          const base = await new Promise(done => {
            const asked = indexedDB.open('yinbo-scanner');
            asked.onsuccess = () => done(asked.result);
          });
          const out = [];
          for (const name of base.objectStoreNames) out.push(await new Promise(done => {
            const asked = base.transaction(name).objectStore(name).count();
            asked.onsuccess = () => done(asked.result);
          }));
          base.close();
          return [...out, (await caches.keys()).length];
        }"""
    )
    assert left == [0, 0, 0, 0]
    context.close()


def test_a_full_disk_is_said_and_scanning_goes_on(browser: Browser, gatehouse: Gatehouse) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = gatehouse.phone(context)
    context.set_offline(True)
    phone.tab.evaluate(
        """() => {
          IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); };
          IDBObjectStore.prototype.put = IDBObjectStore.prototype.add;
        }"""
    )
    told = [phone.scan(gatehouse.visitor()) for _ in range(3)]
    assert [one["verdict"] for one in told] == ["admitted"] * 3
    phone.close()
    assert "手机存储已满" in phone.tab.locator(".notices").inner_text()
    assert phone.waiting() == 3
    context.set_offline(False)
    phone.sent()
    stored = {scan["nonce"] for scan in gatehouse.scans()}
    assert {one["nonce"] for one in told} <= stored
    context.close()


def test_what_the_disk_refused_once_is_written_when_it_takes_things_again(
    browser: Browser, gatehouse: Gatehouse
) -> None:
    """A phone that could not write down who it is must not have forgotten it after a reload."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_init_script(
        """
        const put = IDBObjectStore.prototype.put;
        let refused = 0;
        IDBObjectStore.prototype.put = function (value, key) {
          if (key === 'identity' && refused++ === 0) throw new DOMException('full', 'QuotaExceededError');
          return put.apply(this, arguments);
        };
        """
    )
    phone = gatehouse.phone(context)
    phone.tab.reload()
    phone.whole()
    assert phone.scan(gatehouse.visitor())["verdict"] == "admitted"
    context.close()


def test_the_page_opens_without_a_network_and_reads_a_holder_by_the_own_code(
    browser: Browser, gatehouse: Gatehouse
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = gatehouse.phone(context)
    context.set_offline(True)
    phone.tab.reload()
    phone.tab.wait_for_selector('.line[data-online="no"]')
    told = phone.scan(gatehouse.visitor())
    assert "示例观众" in told["text"]
    phone.close()
    # Nobody is written down by name.
    kept = phone.tab.evaluate(
        """async () => {
          const base = await new Promise(done => {
            const asked = indexedDB.open('yinbo-scanner');
            asked.onsuccess = () => done(asked.result);
          });
          const out = [];
          for (const name of base.objectStoreNames) out.push(await new Promise(done => {
            const asked = base.transaction(name).objectStore(name).getAll();
            asked.onsuccess = () => done(JSON.stringify(asked.result));
          }));
          base.close();
          return out.join();
        }"""
    )
    assert "示例观众" not in kept
    context.close()
