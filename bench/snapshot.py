"""How long the list of badges takes from the server into a phone's storage, in a real browser on this machine; then how
long a change takes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.harness import Ground, Outcome
from tests.browser.chromium import CHROMIUM
from tests.browser.conftest import FLAGS
from tests.browser.gatehouse import Gatehouse
from tests.browser.offline_trial import serving

BADGES = 10_000
MOST_SECONDS = 2.0
#: From the first request for a piece to the moment that the last one is kept.
TIMED = """() => {
  const marks = performance.getEntriesByName('list-begun'), ends = performance.getEntriesByName('list-whole');
  return ends.length ? ends[0].startTime - marks[0].startTime : 0;
}"""


def run(ground: Ground) -> Iterator[Outcome]:
    if not CHROMIUM:
        print("SKIP  snapshot: no browser on this machine")
        return
    with (
        tempfile.TemporaryDirectory(dir=ground.folder) as home,
        serving(Path(home), BADGES) as server,
        sync_playwright() as playwright,
    ):
        house = Gatehouse(server.url, Path(home))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        took = []
        for _ in range(ground.rounds):
            context = browser.new_context(viewport={"width": 390, "height": 844})
            phone = house.phone(context)
            phone.tab.wait_for_function(TIMED)
            took.append(phone.tab.evaluate(TIMED) / 1000)
            context.close()
        browser.close()
    took.sort()
    yield Outcome(name=f"{BADGES:,} badges into a phone, seconds", value=took[len(took) // 2], ceiling=MOST_SECONDS)
