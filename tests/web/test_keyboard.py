"""The page without a mouse."""

import pytest
from playwright.sync_api import expect


def focused(page, selector):
    return page.evaluate("selector => document.activeElement.matches(selector)", selector)


def press_tab_until(page, selector):
    for _ in range(200):
        page.keyboard.press("Tab")
        if focused(page, selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_video_is_chosen_and_played_by_keys_alone(visit, make_video):
    video = make_video(title="By keys alone")
    viewer = visit()
    viewer.find(video)
    press_tab_until(viewer.page, f'[data-asset="{video}"]')
    viewer.page.keyboard.press("Enter")
    expect(viewer.page.locator("#title")).to_have_text("By keys alone")
    viewer.expect_playing()
    assert len(viewer.plays()) == 1


def test_the_viewer_is_switched_by_keys(visit, video):
    viewer = visit()
    viewer.find(video)
    press_tab_until(viewer.page, "#viewer")
    viewer.page.keyboard.press("b")
    expect(viewer.page.locator("#viewer")).to_have_value("ben")
    press_tab_until(viewer.page, f'[data-asset="{video}"]')
    viewer.page.keyboard.press("Space")
    expect(viewer.today).to_have_attribute("data-views", "1")
    assert [play.url.rsplit("/", 1)[1] for play in viewer.plays()] == ["ben"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("control", ["#viewer", "#catalogue button", "#range input", "summary"])
def test_focus_is_visible(visit, video, control, scheme):
    """A control or the label beside it has an outline while it has the focus."""
    viewer = visit(color_scheme=scheme)
    viewer.choose(video)
    expect(viewer.today).to_have_attribute("data-views", "1")
    press_tab_until(viewer.page, control)
    outlined = "({outlineStyle, outlineWidth}) => outlineStyle !== 'none' && parseFloat(outlineWidth) > 1"
    assert viewer.page.evaluate(
        f"[document.activeElement, document.activeElement.nextElementSibling]"
        f".filter(Boolean).map(each => getComputedStyle(each)).some({outlined})"
    )
