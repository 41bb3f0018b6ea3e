"""Malformed ids are rejected on every route and never mistaken for another id."""

import pytest

from tests.e2e.helpers import (
    CONTENT,
    URL,
    Api,
    answer,
    assert_no_asset,
    assert_no_user,
    assert_refused,
    concurrently,
    counts,
    eventually,
    new_id,
    publish,
)

# Each of these makes a good id malformed.
TAILS = {
    "129 characters": "x" * (129 - len(new_id())),
    "a space": "%20x",
    "UTF-8": "%C3%A9",
    "a hash": "%23x",
    "a question mark": "%3Fx=1",
    "a percent sign": "%25",
    "a slash encoded twice": "%252Fx",
    "quotes": "%22%27",
    "broken UTF-8": "%FF",
    "a slash": "%2Fx",
    "a null": "%00x",
    "a line feed": "%0A",
}
# A gateway may refuse these itself, with its own message.
GATEWAYS_CHOICE = {"a slash", "a null", "a line feed", "broken UTF-8"}

ASSET_ROUTES = {
    "GET content": Api.content,
    "POST content": lambda api, asset: api.post_content(asset, {**CONTENT, "title": "Overwritten"}),
    "DELETE content": Api.delete_content,
    "GET url": Api.url,
    "POST url": lambda api, asset: api.post_url(asset, {"url": "overwritten.mp4"}),
    "DELETE url": Api.delete_url,
    "GET asset's views": Api.asset_views,
    "GET asset's days": Api.asset_days,
    "GET views": lambda api, asset: api.views(asset, "e2e"),
    "POST view": lambda api, asset: api.post_view(asset, "e2e"),
    "POST play": lambda api, asset: api.play(asset, "e2e"),
}
USER_ROUTES = {
    "GET user's views": Api.user_views,
    "DELETE user's views": Api.forget,
    "GET views": lambda api, user: api.views("123", user),
    "POST view": lambda api, user: api.post_view("123", user),
    "POST play": lambda api, user: api.play("123", user),
}


def refusals(api, routes, stem):
    """The reply of each route to each malformed id that begins with `stem`."""
    cases = [(route, tail) for route in routes for tail in TAILS]
    replies = concurrently(lambda case: routes[case[0]](api, stem + TAILS[case[1]]), cases)
    return dict(zip(cases, replies, strict=True))


@pytest.fixture(scope="module")
def stem(api):
    """An asset that nobody has watched and that a malformed id might be mistaken for."""
    return publish(api, new_id())


@pytest.fixture(scope="module")
def user_stem():
    return new_id()


@pytest.fixture(scope="module")
def to_bad_assets(api, stem):
    return refusals(api, ASSET_ROUTES, stem)


@pytest.fixture(scope="module")
def to_bad_users(api, user_stem):
    return refusals(api, USER_ROUTES, user_stem)


def assert_id_refused(reply, tail, parameter, code):
    if tail in GATEWAYS_CHOICE:
        assert 400 <= reply.status < 500, f"a caller sees {reply.status} {reply.text[:300]!r}"
    else:
        assert_refused(reply, 400, code, parameter)


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("route", ASSET_ROUTES)
def test_a_bad_asset_id_is_refused(to_bad_assets, route, tail):
    assert_id_refused(to_bad_assets[route, tail], tail, "assetId", "invalid_asset_id")


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("route", USER_ROUTES)
def test_a_bad_user_id_is_refused(to_bad_users, route, tail):
    assert_id_refused(to_bad_users[route, tail], tail, "userId", "invalid_user_id")


@pytest.mark.usefixtures("to_bad_assets")
def test_a_bad_asset_id_writes_nothing_to_the_asset_it_begins_with(api, let_the_queue_pass, stem):
    let_the_queue_pass()
    assert answer(api.content(stem)) == (200, {"id": stem, **CONTENT}), "the metadata of another asset was changed"
    assert answer(api.url(stem)) == (200, {"id": stem, **URL}), "the URL of another asset was changed"
    assert_no_asset(api.asset_views(stem), stem)


@pytest.mark.usefixtures("to_bad_users")
def test_a_bad_user_id_counts_nothing_for_the_user_it_begins_with(api, let_the_queue_pass, user_stem):
    let_the_queue_pass()
    assert_no_user(api.user_views(user_stem), user_stem)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/content/asset/"),
        ("POST", "/content/asset/"),
        ("GET", "/url/asset/"),
        ("POST", "/url/asset/"),
        ("GET", "/events/asset/"),
        ("GET", "/events/user/"),
        ("POST", "/events/asset/123/user/"),
        ("POST", "/events/asset//user/1"),
        ("POST", "/play/asset/123/user/"),
        ("POST", "/play/asset//user/1"),
    ],
)
def test_an_empty_id_is_refused(api, method, path):
    body = (CONTENT if "content" in path else URL) if method == "POST" else None
    reply = api.request(method, path, body=body, signed=True)
    assert 400 <= reply.status < 500, f"a caller sees {reply.status} {reply.text[:300]!r}"


@pytest.mark.parametrize("character", "-._~:@|+")
def test_an_allowed_character_may_be_written_either_way(api, character):
    stem = new_id()
    plain, encoded = f"{stem}{character}x", f"{stem}%{ord(character):02X}x"
    # A URL may contain a bar only in its encoded form.
    written = encoded if character == "|" else plain
    assert answer(api.post_url(encoded, URL)) == (200, {"status": "ok"})
    eventually(lambda: answer(api.url(written)), (200, {"id": plain, **URL}), "the URL just stored")
    assert answer(api.post_view(written, encoded)) == (200, counts(1, 1))
    eventually(lambda: answer(api.views(encoded, written)), (200, counts(1, 1)), "the view just recorded")


def test_an_id_of_128_characters_is_taken(api):
    longest = new_id().ljust(128, "x")
    publish(api, longest)
    assert api.play(longest, longest).status == 200, "the longest id allowed can't be played"
