"""The days of an asset and the top list, as pictures and as text."""

import json
import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.helpers import concurrently, eventually
from tests.e2e.queues import Queue, view
from tests.web.visit import expect_counted


def test_thirty_days_are_drawn_and_written(visit, api, outputs, video, user):
    days_ago = [0, 0, 1, 5, 5, 5, 20]
    now = datetime.now(UTC)
    moments = [(now - timedelta(days=days)).isoformat(timespec="milliseconds")[:23] + "Z" for days in days_ago]
    bodies = [json.dumps(view(user, assetId=video, playedAt=moment)) for moment in moments]
    Queue(outputs["EventsQueueUrl"]).send(*bodies)
    expect_counted(api, video, len(bodies))
    expected = {day["date"]: str(day["views"]) for day in api.asset_days(video).json["days"]}

    viewer = visit(f"/#/asset/{video}")
    today = max(expected)
    expected[today] = str(int(expected[today]) + 1)
    expect(viewer.today).to_have_attribute("data-views", expected[today])
    bars = viewer.page.locator("#days rect[data-date]")
    assert bars.evaluate_all("bars => bars.map(bar => [bar.dataset.date, bar.dataset.views])") == [
        [date, views] for date, views in sorted(expected.items())
    ]
    drawn = bars.evaluate_all("bars => bars.map(bar => [Number(bar.dataset.views), bar.getBBox().height])")
    assert [height for _, height in sorted(drawn)] == sorted(height for _, height in drawn)
    expect(viewer.page.get_by_role("img", name=re.compile("8 in all"))).to_be_visible()

    rows = viewer.region("Views per day").locator("table tbody tr")
    expect(rows).to_have_count(30)
    written = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))")
    assert dict(written) == expected


def test_a_watched_asset_leads_the_list_after_the_next_ranking(visit, api, rank, make_video, user):
    first, second = make_video(title="The most watched"), make_video(title="The second")
    # More views than any other test makes.
    concurrently(lambda asset: api.post_view(asset, user), [first] * 22 + [second] * 21)
    rank()

    viewer = visit()
    entries = viewer.page.locator("#top li")
    expect(entries.first.locator(".number")).to_have_text("22")
    expect(entries.nth(1).locator(".number")).to_have_text("21")
    expect(viewer.region("Most watched")).to_contain_text("as of", ignore_case=True)

    link = entries.first.get_by_role("link")
    link.click()
    expect(viewer.page.locator("#title")).to_have_text("The most watched")
    with viewer.page.expect_request("**/play/**"):
        link.click()


def test_the_lists_window_can_be_switched(visit, api, outputs, rank, make_video, user):
    video = make_video(title="Last week's")
    days_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat(timespec="milliseconds")[:23] + "Z"
    for _ in range(3):
        Queue(outputs["EventsQueueUrl"]).send(
            *(json.dumps(view(user, assetId=video, playedAt=days_ago)) for _ in range(10))
        )
    expect_counted(api, video, 30)

    def ranked(days):
        rank()
        return video in [asset["id"] for asset in api.top(f"days={days}&limit=1").json["assets"]]

    eventually(lambda: [ranked("7"), ranked("30")], [False, True], "the list of 30 days")
    viewer = visit()
    region = viewer.region("Most watched")
    numbers = region.locator("li .number")
    expect(viewer.page.locator("#top-note")).to_contain_text("As of")
    assert "30" not in numbers.all_text_contents()
    region.get_by_label("30 days").click()
    expect(numbers.first).to_have_text("30")


def test_the_days_of_one_video_are_not_shown_with_another(visit, make_video, user):
    first, second = make_video(), make_video()
    viewer = visit()
    viewer.watch_as(user)
    viewer.play(first)
    expect(viewer.today).to_have_attribute("data-views", "1")
    viewer.expect_errors("/days")
    viewer.page.route(f"**/events/asset/{second}/days", lambda route: route.fulfill(status=429, json={}))
    viewer.play(second)
    expect(viewer.region("Views per day")).to_contain_text("have not arrived yet")
    expect(viewer.page.locator("#days rect")).to_have_count(0)
