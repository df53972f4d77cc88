"""``python -m bench.snapshot``: how long the list takes from the server into a phone's storage, in a real browser on
this machine; then how long a change takes. ``--badges`` says how many."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.harness import Outcome
from tests.browser.chromium import CHROMIUM
from tests.browser.conftest import FLAGS
from tests.browser.gatehouse import Gatehouse
from tests.browser.offline_trial import serving

MOST_SECONDS = 2.0
ROUNDS = 3
#: From the first request for a piece to the moment that the last one is kept.
TIMED = """() => {
  const marks = performance.getEntriesByName('list-begun'), ends = performance.getEntriesByName('list-whole');
  return ends.length ? ends[0].startTime - marks[0].startTime : 0;
}"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--badges", type=int, default=10_000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home), asked.badges) as server,
        sync_playwright() as playwright,
    ):
        house = Gatehouse(server.url, Path(home))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        took = []
        for _ in range(ROUNDS):
            context = browser.new_context(viewport={"width": 390, "height": 844})
            phone = house.phone(context)
            phone.tab.wait_for_function(TIMED)
            took.append(phone.tab.evaluate(TIMED) / 1000)
            context.close()
        browser.close()
    took.sort()
    name = f"{asked.badges:,} badges into a phone, seconds"
    print(Outcome(name=name, value=took[len(took) // 2], ceiling=MOST_SECONDS).line())


if __name__ == "__main__":
    main()
