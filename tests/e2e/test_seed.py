"""The two assets in the catalogue of every new stack."""

import pytest

from tests.e2e.helpers import answer, counts

SEED = [
    ("123", {"title": "It", "genre": "horror", "summary": "A very scary movie"}, {"url": "path/to/asset123.mp4"}),
    (
        "456",
        {"title": "Terminator", "genre": "action", "summary": "Summary for terminator"},
        {"url": "path/to/asset456.mp4"},
    ),
]

each_seeded_asset = pytest.mark.parametrize(("asset", "content", "url"), SEED, ids=["123", "456"])


@each_seeded_asset
def test_a_seeded_asset_has_its_metadata_and_url(api, asset, content, url):
    assert answer(api.content(asset)) == (200, {"id": asset, **content}), "the catalogue lacks a seeded asset"
    assert answer(api.url(asset)) == (200, {"id": asset, **url}), "a seeded asset can't be found on the CDN"


@each_seeded_asset
def test_a_seeded_asset_can_be_played(api, user, asset, content, url):
    status, played = answer(api.play(asset, user))
    assert status == 200, f"a viewer can't play {asset}: {played}"
    # Only the new user's count is known, because others may play the asset at the same time.
    assert played == {"id": asset, **content, **url, **counts(1, played["assetviews"])}
    assert played["assetviews"] >= 1, "a play's count does not include the play itself"
