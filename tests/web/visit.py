"""A person's visit to the page, and all that the browser reports about it."""

from urllib.parse import quote, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.helpers import eventually


class Visit:
    def __init__(self, page: Page, origin: str):
        self.page, self.origin = page, origin
        self.faults, self.requests = [], []
        self._expected = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.faults.append((page.url, f"{error}")))
        page.on("dialog", lambda dialog: (self.faults.append((page.url, dialog.message)), dialog.dismiss()))
        page.context.on("request", lambda request: self.requests.append(request))

    def go(self, path: str) -> None:
        self.page.goto(self.origin + path)

    def expect_errors(self, path: str) -> None:
        """The browser writes each failed request to its console. This test makes those to a path fail."""
        self._expected.append(path)

    def check(self) -> None:
        """The browser saw no error but the expected ones, and called nobody but the page's own address."""
        assert [fault for fault in self.faults if not self._is_expected(fault)] == []
        elsewhere = {request.url for request in self.requests if not self._is_own(request.url)}
        assert elsewhere == set(), "the page calls other addresses"

    def _note(self, message) -> None:
        if message.type in ("error", "warning"):
            self.faults.append((message.location["url"], message.text))

    def _is_expected(self, fault: tuple[str, str]) -> bool:
        url, text = fault
        return text.startswith("Failed to load resource") and any(path in url for path in self._expected)

    def _is_own(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" == self.origin or parts.scheme == "data"

    # Places on the page.

    def region(self, name: str):
        return self.page.get_by_role("region", name=name, exact=True)

    def card(self, asset: str):
        return self.page.locator(f'#catalogue button[data-asset="{asset}"]')

    @property
    def message(self):
        return self.page.locator("#message")

    @property
    def today(self):
        """The last bar of the asset's days."""
        return self.page.locator("#days rect[data-date]").last

    # What a person does.

    def watch_as(self, user: str) -> None:
        """Chooses a viewer that only this test knows."""
        self.page.locator("#viewer").evaluate("(select, user) => select.add(new Option(user))", user)
        self.page.locator("#viewer").select_option(user)

    def choose(self, asset: str) -> None:
        """Leads to an asset as a link does."""
        self.page.evaluate("hash => { location.hash = hash }", f"#/asset/{quote(asset, safe='')}")

    def find(self, asset: str) -> None:
        """Shows more of the catalogue until the asset is there."""
        expect(self.page.locator("#catalogue li").first).to_be_visible()
        more = self.page.get_by_role("button", name="Show more")
        while self.card(asset).count() == 0:
            known = self.page.locator("#catalogue li").count()
            more.click()
            expect(self.page.locator("#catalogue li").nth(known)).to_be_visible()

    def play(self, asset: str) -> None:
        """Finds an asset in the catalogue and chooses it."""
        self.find(asset)
        self.card(asset).click()

    # What the browser knows.

    def plays(self) -> list:
        """The requests that play something, in order."""
        return [request for request in self.requests if urlsplit(request.url).path.startswith("/play/")]

    def keys(self) -> list[str]:
        return [request.headers["idempotency-key"] for request in self.plays()]

    def expect_counts(self, user_views, asset_views) -> None:
        expect(self.page.locator("#user-views")).to_have_text(str(user_views))
        expect(self.page.locator("#asset-views")).to_have_text(str(asset_views))

    def expect_playing(self) -> None:
        self.page.wait_for_function("() => document.querySelector('#player video')?.currentTime > 0.2")

    def expect_accessible(self, apart_from=()) -> None:
        found = Axe().run(self.page).response["violations"]
        broken = {rule["id"]: [node["target"] for node in rule["nodes"]] for rule in found}
        assert {rule: broken[rule] for rule in broken.keys() - set(apart_from)} == {}


def expect_counted(api, asset: str, views: int) -> None:
    eventually(lambda: api.asset_views(asset).json.get("views", 0), views, "the asset's count")
