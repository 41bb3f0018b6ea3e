"""The page's template: its bucket, which only CloudFront reads, its headers, and the API under the same address."""

import re
from pathlib import Path

import pytest
from samcli.yamlhelper import yaml_parse

from ops import deploy_web, page, seed

OFF, OPEN_READS = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", {"Ref": "OpenReads"}
WITHOUT_HOST = "b689b0a8-53d0-40ab-baf2-38738e2966ac"
SECURITY_HEADERS = {
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
}


@pytest.fixture(scope="module")
def resources():
    return yaml_parse(page.TEMPLATE.read_text())["Resources"]


@pytest.fixture(scope="module")
def distribution(resources):
    return resources["Distribution"]["Properties"]["DistributionConfig"]


@pytest.fixture(scope="module")
def behaviours(distribution):
    """Each behaviour by its pattern, in the order in which CloudFront tries them."""
    default = {"PathPattern": "*", **distribution["DefaultCacheBehavior"]}
    return {found["PathPattern"]: found for found in [*distribution["CacheBehaviors"], default]}


@pytest.fixture(scope="module")
def behaviour_of(stack, behaviours):
    """The behaviour that answers each route of the API."""
    patterns = page.behaviours()
    paths = {route: re.sub(r"\{\w+\}", "a%2Fb", route.split(" ")[1]) for route in stack.routes}
    return {route: behaviours[page.behaviour(path, patterns).pattern] for route, path in paths.items()}


def test_only_this_distribution_reads_the_bucket_and_only_its_objects_and_nobody_in_plain_http(resources):
    bucket = resources["Bucket"]["Properties"]
    blocks = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(blocks, True)
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "WebsiteConfiguration" not in bucket
    allow, deny = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    account = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}"
    assert allow == {
        "Sid": "DistributionReads",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
        "Condition": {"StringEquals": {"AWS:SourceArn": {"Fn::Sub": f"{account}:distribution/${{Distribution}}"}}},
    }
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_cloudfront_signs_its_reads_of_the_bucket_and_calls_the_api_by_tls(resources, distribution):
    origins = {origin["Id"]: origin for origin in distribution["Origins"]}
    assert origins["page"]["OriginAccessControlId"] == {"Fn::GetAtt": ["OriginAccess", "Id"]}
    access = resources["OriginAccess"]["Properties"]["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    assert origins["api"]["CustomOriginConfig"] == {
        "OriginProtocolPolicy": "https-only",
        "OriginSSLProtocols": ["TLSv1.2"],
    }
    assert set(origins) == {"page", "api"}


def test_every_behaviour_redirects_to_https_and_has_security_headers(behaviours):
    assert {found["ViewerProtocolPolicy"] for found in behaviours.values()} == {"redirect-to-https"}
    for behaviour in page.behaviours():
        assert set(behaviour.headers) == SECURITY_HEADERS, behaviour.pattern
        assert "frame-ancestors 'none'" in behaviour.headers["content-security-policy"]


def test_the_page_and_the_description_load_nothing_from_elsewhere_but_clips():
    headers = {found.pattern: found.headers["content-security-policy"] for found in page.behaviours()}
    own = {"'none'", "'self'", "data:"}
    assert _sources(headers["*"]) - own == {"https:"}
    assert "media-src 'self' https:" in headers["*"]
    assert _sources(headers["/docs*"]) - own == {"'unsafe-inline'"}
    assert "script-src 'self';" in headers["/docs*"]


def test_a_header_of_the_api_itself_is_never_replaced(resources, behaviours):
    policies = {found["ResponseHeadersPolicyId"]["Ref"] for found in behaviours.values() if _is_api(found)}
    assert policies == {"ApiHeaders"}
    headers = resources["ApiHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert {setting["Override"] for setting in headers.values()} == {False}


def test_every_route_of_the_api_is_passed_on_with_its_method_and_all_headers_but_host(behaviour_of):
    for route, behaviour in behaviour_of.items():
        assert _is_api(behaviour), route
        assert route.split(" ")[0] in behaviour["AllowedMethods"], route
        assert behaviour["OriginRequestPolicyId"] == WITHOUT_HOST, route


def test_every_behaviour_of_the_api_is_for_a_route(behaviours, behaviour_of):
    used = {found["PathPattern"] for found in behaviour_of.values()}
    assert used == {pattern for pattern, found in behaviours.items() if _is_api(found)}


def test_no_file_of_the_page_is_hidden_by_a_path_of_the_api():
    files = [path.relative_to(page.WEB).as_posix() for path in page.WEB.rglob("*") if path.is_file()]
    assert "docs/index.html" in files
    for file in [*files, "openapi.yaml"]:
        assert page.behaviour(f"/{file}", page.behaviours()).origin == "page", file


def test_only_the_catalogue_and_the_top_list_are_kept_for_as_long_as_the_api_says(stack, resources, behaviour_of):
    kept = {route for route, found in behaviour_of.items() if found["CachePolicyId"] == OPEN_READS}
    assert kept == {"GET /content", "GET /events/top"}
    assert [stack.routes[route]["security"] for route in kept] == [[{"NONE": []}]] * 2
    assert {found["CachePolicyId"] for route, found in behaviour_of.items() if route not in kept} == {OFF}
    policy = resources["OpenReads"]["Properties"]["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Origin"]}


def test_no_error_is_kept_and_none_is_replaced_by_a_page(distribution):
    # Those that the API or the bucket may answer and that CloudFront keeps.
    assert {found["ErrorCode"] for found in distribution["CustomErrorResponses"]} >= {400, 403, 404, 500, 502, 503, 504}
    for found in distribution["CustomErrorResponses"]:
        assert found == {"ErrorCode": found["ErrorCode"], "ErrorCachingMinTTL": 0}


def test_a_directory_is_its_index_only_where_there_is_one(resources, behaviours):
    with_function = [pattern for pattern, found in behaviours.items() if "FunctionAssociations" in found]
    assert with_function == ["/docs*"]
    assert (page.WEB / "docs" / "index.html").exists()
    function = resources["DirectoryIndex"]["Properties"]
    assert function["AutoPublish"] is True


def test_stacks_of_two_regions_have_different_names_in_cloudfront(resources):
    names = []
    for resource in resources.values():
        for key, value in resource["Properties"].items():
            config = value if key.endswith("Config") and isinstance(value, dict) else {}
            names += [found["Name"] for found in (resource["Properties"], config) if "Name" in found]
    assert len(names) >= 6
    assert all("${AWS::StackName}-${AWS::Region}" in name["Fn::Sub"] for name in names)


def test_a_stack_name_that_is_too_long_for_cloudfront_is_refused():
    deploy_web.check_name("x" * 54, "eu-west-1")
    with pytest.raises(deploy_web.Failure, match="too many"):
        deploy_web.check_name("x" * 55, "eu-west-1")


def test_a_browser_asks_each_time_for_what_a_deployment_may_change():
    for name in ("index.html", "js/main.js", "style.css", "docs/start.js", "openapi.yaml"):
        assert page.cache_control(name).startswith("public, max-age=0,"), name
    for name in ("path/to/asset123.mp4", "docs/swagger-ui-bundle.js"):
        assert page.cache_control(name).startswith("public, max-age=86400,"), name


@pytest.mark.parametrize("asset", seed.CATALOGUE)
def test_every_seeded_asset_has_its_clip_on_the_page(asset):
    clip = page.WEB / seed.CATALOGUE[asset]["url"]["url"]
    assert clip.read_bytes()[4:8] == b"ftyp", "a seeded asset does not play on the page"
    assert clip.stat().st_size <= 100 * 1024, "a clip is too large for the repository"


def test_the_page_has_no_inline_script_and_no_inline_style():
    written = (page.WEB / "index.html").read_text()
    assert not re.search(r"<style|style=|<script(?![^>]* src=)| on\w+=", written)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", written)


def test_no_script_of_the_page_makes_markup_of_data():
    for script in (page.WEB / "js").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", script.read_text()), script.name


def test_the_api_description_is_shown_without_inline_scripts_and_asks_no_validator():
    written = Path(page.WEB / "docs" / "index.html").read_text()
    assert not re.search(r"<style|style=|<script(?![^>]* src=)| on\w+=", written)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", written)
    assert "validatorUrl: null" in Path(page.WEB / "docs" / "start.js").read_text()


def _is_api(behaviour: dict) -> bool:
    return behaviour["TargetOriginId"] == "api"


def _sources(policy: str) -> set[str]:
    return {source for directive in policy.split(";") for source in directive.split()[1:]}
