"""The page's files by their paths, and what web/template.yaml says about each path of its address."""

import importlib.util
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
TEMPLATE = WEB / "template.yaml"
SWAGGER_UI = ("swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css", "LICENSE")
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mp4": "video/mp4",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".yaml": "application/yaml",
    "": "text/plain; charset=utf-8",
}
# How CloudFront writes the settings of a response headers policy that have a value of their own.
HEADERS = {
    "ContentSecurityPolicy": ("content-security-policy", lambda setting: setting["ContentSecurityPolicy"]),
    "ContentTypeOptions": ("x-content-type-options", lambda _: "nosniff"),
    "FrameOptions": ("x-frame-options", lambda setting: setting["FrameOption"]),
    "ReferrerPolicy": ("referrer-policy", lambda setting: setting["ReferrerPolicy"]),
    "StrictTransportSecurity": (
        "strict-transport-security",
        lambda setting: f"max-age={setting['AccessControlMaxAgeSec']}",
    ),
}


@dataclass(frozen=True)
class Behaviour:
    """How the distribution answers the paths that fit a pattern."""

    pattern: str
    origin: str
    headers: dict[str, str]


def files() -> dict[str, Path]:
    """Each file by its path at the page's address, such as `docs/index.html`."""
    own = {path.relative_to(WEB).as_posix(): path for path in sorted(WEB.rglob("*")) if path.is_file()}
    del own[TEMPLATE.name]
    swagger_ui = {f"docs/{name}": _swagger_ui() / name for name in SWAGGER_UI}
    return own | swagger_ui | {"openapi.yaml": ROOT / "api" / "openapi.yaml"}


def content_type(name: str) -> str:
    """The type of a file by its name. A file of another kind needs its line above before it is served anywhere."""
    return CONTENT_TYPES[Path(name).suffix]


def cache_control(name: str) -> str:
    """How long a browser and CloudFront, whose copies each deployment refreshes, keep a deployed file."""
    # A name stays when the file changes, so a browser asks each time. Swagger UI and clips are large and change rarely.
    kept = 86400 if Path(name).name in SWAGGER_UI or name.endswith(".mp4") else 0
    return f"public, max-age={kept}, s-maxage=86400"


def behaviours() -> list[Behaviour]:
    """The distribution's behaviours. The first whose pattern fits decides."""
    resources = yaml_parse(TEMPLATE.read_text())["Resources"]
    config = resources["Distribution"]["Properties"]["DistributionConfig"]

    def headers(behaviour: dict) -> dict[str, str]:
        policy = resources[behaviour["ResponseHeadersPolicyId"]["Ref"]]["Properties"]["ResponseHeadersPolicyConfig"]
        settings = policy["SecurityHeadersConfig"].items()
        return {HEADERS[name][0]: HEADERS[name][1](setting) for name, setting in settings}

    written = [*config["CacheBehaviors"], {"PathPattern": "*", **config["DefaultCacheBehavior"]}]
    return [Behaviour(found["PathPattern"], found["TargetOriginId"], headers(found)) for found in written]


def behaviour(path: str, among: list[Behaviour]) -> Behaviour:
    return next(found for found in among if fnmatchcase(path, found.pattern))


def _swagger_ui() -> Path:
    """Swagger UI's directory in its package, which needs Django to be imported but not to be found."""
    (package,) = importlib.util.find_spec("drf_spectacular_sidecar").submodule_search_locations
    return Path(package) / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
