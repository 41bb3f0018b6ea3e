"""Watching a video: it plays, and its counts arrive."""

import re
from urllib.parse import quote, urlsplit

from playwright.sync_api import expect

from tests.e2e.helpers import CONTENT, new_id, publish
from tests.web.conftest import CLIP
from tests.web.visit import expect_counted

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_two_viewers_see_their_own_count_and_the_shared_one(visit, api, video):
    hers, his = visit(), visit()
    hers.watch_as(new_id())
    his.watch_as(new_id())

    hers.play(video)
    hers.expect_counts(1, 1)
    expect_counted(api, video, 1)
    hers.play(video)
    hers.expect_counts(2, 2)
    expect_counted(api, video, 2)
    his.play(video)
    his.expect_counts(1, 3)
    expect_counted(api, video, 3)


def test_the_video_plays_and_is_described(visit, make_video, user):
    video = make_video(title="Heat", genre="crime", summary="A long night in Los Angeles.")
    viewer = visit()
    viewer.watch_as(user)
    viewer.play(video)
    expect(viewer.page.locator("#title")).to_have_text("Heat")
    expect(viewer.page.locator("#genre")).to_have_text("crime")
    expect(viewer.page.locator("#summary")).to_have_text("A long night in Los Angeles.")
    expect(viewer.page.locator("#player video")).to_have_js_property("currentSrc", f"{viewer.origin}/{CLIP['url']}")
    viewer.expect_playing()


def test_choosing_is_one_play_with_a_key_of_its_own(visit, api, video, user):
    viewer = visit()
    viewer.watch_as(user)
    viewer.play(video)
    viewer.expect_counts(1, 1)
    viewer.expect_playing()
    (play,) = viewer.plays()
    assert (play.method, urlsplit(play.url).path) == ("POST", f"/play/asset/{video}/user/{user}")
    assert UUID.fullmatch(viewer.keys()[0])

    expect_counted(api, video, 1)
    viewer.play(video)
    viewer.expect_counts(2, 2)
    assert len(set(viewer.keys())) == 2


def test_a_double_click_is_one_play(visit, api, video, user):
    viewer = visit()
    viewer.watch_as(user)
    viewer.find(video)
    viewer.card(video).dblclick()
    viewer.expect_counts(1, 1)
    viewer.expect_playing()
    assert len(viewer.plays()) == 1
    expect_counted(api, video, 1)


def test_a_choice_that_is_repeated_before_its_answer_is_one_play(visit, api, video, user):
    def impatient(route):
        viewer.card(video).click()
        route.continue_()

    viewer = visit()
    viewer.watch_as(user)
    viewer.find(video)
    viewer.page.route("**/play/**", impatient, times=1)
    viewer.card(video).click()
    viewer.expect_counts(1, 1)
    viewer.expect_playing()
    assert len(viewer.plays()) == 1
    expect_counted(api, video, 1)


def test_todays_bar_moves_by_the_plays(visit, video, user):
    viewer = visit()
    viewer.watch_as(user)
    viewer.play(video)
    expect(viewer.today).to_have_attribute("data-views", "1")
    viewer.play(video)
    expect(viewer.today).to_have_attribute("data-views", "2")
    expect(viewer.page.locator('#days rect[data-views="0"]')).to_have_count(29)


def test_a_link_leads_to_a_video_and_choosing_one_makes_a_link(visit, make_video, user):
    first, second = make_video(title="First"), make_video(title="Second")
    viewer = visit(f"/#/asset/{first}")
    expect(viewer.page.locator("#title")).to_have_text("First")
    viewer.play(second)
    expect(viewer.page).to_have_url(f"{viewer.origin}/#/asset/{second}")
    viewer.page.go_back()
    expect(viewer.page.locator("#title")).to_have_text("First")


def test_an_id_with_every_kind_of_character_plays(visit, api, user):
    asset, watcher = f"{new_id()}-._~:@|+", f"{user}@a+b|c"
    publish(api, asset, CONTENT, CLIP)
    viewer = visit()
    viewer.watch_as(watcher)
    viewer.choose(asset)
    viewer.expect_counts(1, 1)
    expect_counted(api, quote(asset, safe=""), 1)
    assert api.user_views(quote(watcher, safe="")).json["views"] == 1


def test_a_count_that_cannot_be_read_is_unknown(visit, video, user):
    def without_counts(route):
        reply = route.fetch()
        route.fulfill(response=reply, json=reply.json() | {"userviews": None, "assetviews": None})

    viewer = visit()
    viewer.page.route("**/play/**", without_counts)
    viewer.watch_as(user)
    viewer.play(video)
    viewer.expect_counts("unknown", "unknown")
    viewer.expect_playing()
