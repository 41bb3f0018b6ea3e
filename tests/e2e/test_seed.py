"""The assets in the catalogue of every new stack."""

import pytest

from ops.seed import CATALOGUE
from tests.e2e.helpers import answer, counts

# The assets that the Go original had. The others are the page's.
PROMISED = {
    "123": {
        "content": {"title": "It", "genre": "horror", "summary": "A very scary movie"},
        "url": {"url": "path/to/asset123.mp4"},
    },
    "456": {
        "content": {"title": "Terminator", "genre": "action", "summary": "Summary for terminator"},
        "url": {"url": "path/to/asset456.mp4"},
    },
}
SEED = [(asset, records["content"], records["url"]) for asset, records in (CATALOGUE | PROMISED).items()]

each_seeded_asset = pytest.mark.parametrize(("asset", "content", "url"), SEED, ids=[seeded[0] for seeded in SEED])


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
