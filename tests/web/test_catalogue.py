"""The catalogue: its pages, and titles that are no more than text."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.e2e.helpers import concurrently

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>&amp;"


def all_of_it(api):
    """The ids of the catalogue."""
    ids, query = [], "limit=100"
    while query:
        page = api.contents(query).json
        ids += [asset["id"] for asset in page["assets"]]
        query = page["next"] and f"limit=100&cursor={page['next']}"
    return ids


def test_more_of_the_catalogue_is_shown_on_demand_and_nothing_twice(visit, api, make_video):
    concurrently(lambda _: make_video(), range(21))  # With the seed, more than one page holds.
    viewer = visit()
    expected = all_of_it(api)
    more = viewer.page.get_by_role("button", name="Show more")
    cards = viewer.page.locator("#catalogue button[data-asset]")
    expect(more).to_be_visible()
    while more.is_visible():
        known = cards.count()
        more.click()
        expect(cards.nth(known)).to_be_visible()
    shown = cards.evaluate_all("cards => cards.map(card => card.dataset.asset)")
    assert sorted(shown) == sorted(expected)


def test_a_card_is_named_by_its_title_and_says_whether_it_is_chosen(visit, make_video):
    video = make_video(title="Alien 3")
    viewer = visit()
    viewer.find(video)
    expect(viewer.card(video)).to_have_accessible_name(re.compile("^Alien 3"))
    viewer.card(video).click()
    chosen = viewer.page.locator('#catalogue [aria-pressed="true"], #catalogue [aria-current="true"]')
    expect(chosen).to_have_attribute("data-asset", video)


def test_markup_in_the_catalogue_is_text(visit, make_video, user):
    video = make_video(title=MARKUP, genre="<b>bold</b>", summary=MARKUP)
    viewer = visit()
    viewer.watch_as(user)
    viewer.play(video)
    expect(viewer.card(video)).to_contain_text(MARKUP)
    expect(viewer.page.locator("#title")).to_have_text(MARKUP)
    expect(viewer.page.locator("#genre")).to_have_text("<b>bold</b>")
    expect(viewer.page.locator("#summary")).to_have_text(MARKUP)
    expect(viewer.today).to_have_attribute("data-views", "1")
    expect(viewer.page.locator('img[src="x"], b, body script')).to_have_count(0)


def test_the_requests_are_listed_newest_first(visit, video, user):
    viewer = visit()
    viewer.watch_as(user)
    viewer.play(video)
    expect(viewer.today).to_have_attribute("data-views", "1")
    rows = viewer.page.locator("#requests tbody tr")
    play = rows.filter(has_text="POST")
    expect(play.locator("td, th")).to_have_text(
        ["POST", f"/play/asset/{video}/user/{user}", "200", re.compile(r"^\d+")]
    )
    expect(rows.last.locator(".path")).to_contain_text("/content")
    expect(rows.filter(has_text=f"/events/asset/{video}/days").first).to_be_visible()


def test_at_most_twenty_requests_are_listed(visit, video):
    viewer = visit()
    viewer.expect_errors("/play/asset/")
    viewer.page.route("**/play/**", lambda route: route.abort())
    viewer.find(video)
    for _ in range(21):
        with viewer.page.expect_event("requestfailed"):
            viewer.card(video).click()
    expect(viewer.page.locator("#requests tbody tr")).to_have_count(20)
    paths = [urlsplit(request.url).path for request in viewer.plays()]
    assert len(paths) == 21
