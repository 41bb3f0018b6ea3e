"""How the page looks: narrow, light, dark and while something is wrong. axe finds nothing in any of them."""

import pytest
from playwright.sync_api import expect

from tests.e2e.helpers import new_id

PHONE = {"viewport": {"width": 360, "height": 740}}
LONG = {"title": "W" * 200, "genre": "g" * 64, "summary": "s" * 4000}
# Elements that stick out of the window, or whose content sticks out of them, and that can't be scrolled.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter(each => {
  const { left, right, width, height } = each.getBoundingClientRect()
  if (width <= 1 || height <= 1 || each.closest('svg, .hidden, .skip')) return false
  const style = getComputedStyle(each)
  const clips = ['hidden', 'clip'].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1
  return left < -1 || right > innerWidth + 1 || clips
}).map(each => `${each.tagName} ${each.id} ${each.className}`)"""


def watched(visit, video, **options):
    """The page with a video chosen, its view counted and every fold open."""
    viewer = visit(**options)
    viewer.choose(video)
    expect(viewer.today).to_have_attribute("data-views", "1")
    expect(viewer.page.get_by_role("status")).to_contain_text("today: 1")
    viewer.page.locator("details").evaluate_all("folds => folds.forEach(fold => { fold.open = true })")
    return viewer


@pytest.mark.parametrize("content", [{}, LONG], ids=["short", "long"])
def test_a_phone_shows_everything_without_scrolling_sideways(visit, make_video, content):
    viewer = watched(visit, make_video(**content), **PHONE)
    assert viewer.page.evaluate("document.documentElement.scrollWidth") == 360
    assert viewer.page.evaluate(CUT_OFF) == []


def test_dark_and_light_differ(visit):
    def background(scheme):
        page = visit(color_scheme=scheme).page
        return sum(map(int, page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")))

    assert background("dark") < 200 < 600 < background("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["wide", "phone"])
def test_it_is_accessible_while_a_video_plays(visit, video, scheme, size):
    watched(visit, video, color_scheme=scheme, **size).expect_accessible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["wide", "phone"])
def test_it_is_accessible_before_a_choice_and_with_an_error(visit, scheme, size):
    viewer = visit(color_scheme=scheme, **size)
    expect(viewer.card("123")).to_be_visible()
    viewer.expect_accessible()
    viewer.expect_errors("/play/asset/")
    viewer.page.route("**/play/**", lambda route: route.abort())
    viewer.choose(new_id())
    expect(viewer.page.locator("#retry")).to_be_visible()
    viewer.expect_accessible()
    if size:
        assert viewer.page.evaluate(CUT_OFF) == []


def test_nothing_moves_for_who_asks_for_less_motion(visit, video):
    viewer = watched(visit, video, reduced_motion="reduce")
    moving = "() => document.getAnimations().filter(each => each.effect.getComputedTiming().duration > 1).length"
    viewer.page.locator("#catalogue button").first.hover()
    assert viewer.page.evaluate(moving) == 0
