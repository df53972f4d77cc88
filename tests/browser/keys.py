"""Somebody who has a keyboard and no mouse: Tab, Enter, Space, arrows and letters."""

from playwright.sync_api import Page as Tab

from tests.browser.test_pages import FOCUSED

#: Stops of one page; more mean that the focus goes in a circle.
MOST = 400


class Keys:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.stops = 0

    def to(self, selector: str) -> None:
        """By Tab alone, to the next that fits; wherever the focus stops on the way it is seen."""
        for _ in range(MOST):
            self.tab.keyboard.press("Tab")
            stop = self.tab.evaluate(FOCUSED)
            assert stop is not None, f"the focus left the page before {selector}"
            self.stops += 1
            assert stop["outlined"], stop
            assert stop["shown"], stop
            assert stop["free"], stop
            if self.tab.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    def write(self, selector: str, text: str) -> None:
        self.to(selector)
        self.tab.keyboard.press("ControlOrMeta+a")
        self.tab.keyboard.insert_text(text)

    def choose(self, selector: str, value: str) -> None:
        """In a list or among radio buttons, by arrow keys."""
        self.to(selector)
        if self.tab.evaluate("document.activeElement.type === 'radio' && !document.activeElement.checked"):
            self.tab.keyboard.press("Space")
        for _ in range(60):
            if self.tab.evaluate("document.activeElement.value") == value:
                return
            self.tab.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} is not among those of {selector}")

    def enter(self) -> None:
        """Enter, where it leads to another page."""
        with self.tab.expect_navigation():
            self.tab.keyboard.press("Enter")

    def press(self, selector: str) -> None:
        self.to(selector)
        self.enter()
