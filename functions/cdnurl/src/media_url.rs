//! The URL of a video: absolute http(s), or a path that the player resolves against its CDN.

use domain::Problem;
use serde::{Deserialize, Serialize};
use url::Url;

const MAX_LENGTH: usize = 2_048;

/// 1 to 2,048 characters: an absolute http or https URL, or a relative path such as `path/to/asset123.mp4`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct MediaUrl(String);

impl TryFrom<String> for MediaUrl {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        let refuse = |problem: &str| Err(Problem(problem.to_owned()));
        if !(1..=MAX_LENGTH).contains(&text.chars().count()) {
            return refuse("must be 1 to 2048 characters");
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return refuse("must hold no spaces or control characters");
        }
        if is_absolute(&text) || is_relative_path(&text) {
            return Ok(Self(text));
        }
        refuse("must be an absolute http or https URL, or a relative path")
    }
}

/// The parser would repair an empty host (`https:///a` to `https://a/`), but the text is what is stored.
fn is_absolute(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.starts_with(['/', '\\', '?', '#'])) && Url::parse(text).is_ok()
}

/// A path alone: no scheme, and no host of its own. Browsers read `\` as `/`, so `/\host` would be a host too.
fn is_relative_path(text: &str) -> bool {
    let first_segment = text.split(['/', '?', '#']).next().unwrap_or_default();
    !first_segment.contains(':') && !text.starts_with("//") && !text.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        MediaUrl::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn takes_http_urls_and_relative_paths() {
        let longest = format!("https://cdn.example/{}", "x".repeat(MAX_LENGTH - 20));
        for good in [
            "path/to/asset123.mp4",
            "/from/the/root.mp4",
            "asset.mp4?start=0:10#t=5",
            "https://cdn.example/a.m3u8?token=x",
            "HTTP://cdn.example/a",
            "http://[::1]:8080/a",
            &longest,
        ] {
            assert!(accepts(good), "{good}");
        }
    }

    #[test]
    fn refuses_other_schemes_other_hosts_and_blanks() {
        let too_long = "x".repeat(MAX_LENGTH + 1);
        for bad in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://cdn.example/a",
            "file:///etc/passwd",
            "//other.example/a",
            "/\\other.example/a",
            "https://",
            "https:///asset.mp4",
            "http:cdn.example",
            "http://a b/",
            "a b.mp4",
            "a\n.mp4",
            "a\0",
            &too_long,
        ] {
            assert!(!accepts(bad), "{bad:?}");
        }
    }
}
