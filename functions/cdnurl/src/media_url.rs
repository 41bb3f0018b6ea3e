//! The URL of a video: absolute http(s), or a path that the player resolves against its CDN.
//!
//! The text is stored as given, so it must mean the same to every client. One rule decides, and it is positive: the
//! grammar of RFC 3986, narrowed to what a media URL needs. A parser that repairs its input, as browsers have one, would
//! accept text that two clients read differently.

mod host;

use domain::Problem;
use serde::{Deserialize, Serialize};

const MAX_LENGTH: usize = 2_048;

/// 1 to 2,048 characters out of RFC 3986: an absolute http or https URL, or a relative path such as
/// `path/to/asset123.mp4`. No user info, no dot segments, a plausible host, and a path that names something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct MediaUrl(String);

impl TryFrom<String> for MediaUrl {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        if !(1..=MAX_LENGTH).contains(&text.chars().count()) {
            return refuse("must be 1 to 2048 characters");
        }
        let (authority, rest) = split_authority(&text)?;
        authority.map_or(Ok(()), host::check_authority)?;
        check_characters(rest)?;
        check_path(rest.split(['?', '#']).next().unwrap_or_default())?;
        Ok(Self(text))
    }
}

fn refuse<T>(problem: &str) -> Result<T, Problem> {
    Err(Problem(problem.to_owned()))
}

/// Splits an absolute URL into its authority and the rest. A relative path has no authority.
fn split_authority(text: &str) -> Result<(Option<&str>, &str), Problem> {
    const WRONG_SCHEME: &str = "must be an absolute http or https URL, or a relative path";
    let first_segment = text.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let Some((scheme, _)) = first_segment.split_once(':') else {
        if text.starts_with("//") {
            return refuse("must not begin with //, which leaves the scheme open");
        }
        return Ok((None, text));
    };
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return refuse(WRONG_SCHEME);
    }
    let Some(after) = text[scheme.len()..].strip_prefix("://") else {
        return refuse(WRONG_SCHEME);
    };
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    Ok((Some(&after[..end]), &after[end..]))
}

/// Checks path, query and fragment: RFC 3986's `pchar`, `/`, `?`, and one `#`.
fn check_characters(rest: &str) -> Result<(), Problem> {
    let (before, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let mut bytes = before.bytes().chain(fragment.bytes());
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' if !(is_hex(bytes.next()) && is_hex(bytes.next())) => {
                return refuse("must have two hexadecimal digits after each %");
            }
            _ if byte.is_ascii_alphanumeric() || b"%-._~/?:@!$&'()*+,;=".contains(&byte) => {}
            b'\\' => return refuse("must not contain a backslash, which some clients read as a slash"),
            _ => {
                return refuse(
                    "must be percent-encoded: a space, a quote or another character is not allowed in a URL",
                );
            }
        }
    }
    Ok(())
}

fn is_hex(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_hexdigit())
}

/// Checks that a path names something and has no dot segments. Servers decode before they resolve, so an encoded dot,
/// slash or backslash counts like a plain one.
fn check_path(path: &str) -> Result<(), Problem> {
    let decoded = path
        .to_ascii_lowercase()
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "/");
    let mut segments = decoded.split('/');
    if segments.clone().any(|segment| segment == "." || segment == "..") {
        return refuse("must have no . or .. segment in its path, also not percent-encoded");
    }
    if segments.all(str::is_empty) {
        return refuse("must have a path that names a file");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        MediaUrl::try_from(text.to_owned())
            .err()
            .map(|Problem(problem)| problem)
    }

    #[test]
    fn accepts_http_urls_and_relative_paths() {
        let longest = format!("https://cdn.example/{}", "x".repeat(MAX_LENGTH - 20));
        for good in [
            "path/to/asset123.mp4",
            "/from/the/root.mp4",
            "asset.mp4?start=0:10#t=5",
            "https://cdn.example/a.m3u8?token=x&y=%20/?",
            "HTTP://cdn.example/a",
            "http://[::1]:8080/a",
            "http://127.0.0.1/a",
            "http://localhost:4566/a.mp4",
            "https://d111111abcdef8.cloudfront.net/a/b..c/...mp4",
            "https://my_bucket.s3.eu-west-1.amazonaws.com/a(1)!$&'*+,;=.mp4",
            "https://xn--bcher-kva.example/a",
            "caf%C3%A9.mp4",
            "a//b.mp4",
            &longest,
        ] {
            assert_eq!(problem(good), None, "{good}");
        }
    }

    /// Parts of a message, and URLs that are rejected with it.
    const REJECTED: &[(&str, &[&str])] = &[
        ("2048 characters", &[""]),
        (
            "http or https",
            &[
                "javascript:alert(1)",
                "data:text/html,x",
                "ftp://cdn.example/a",
                "file:///etc/passwd",
                "http:cdn.example",
            ],
        ),
        ("must not begin with //", &["//other.example/a"]),
        (
            "backslash",
            &["/\\other.example/a", "a\\b", r"https://cdn.example/a\b", r"\a"],
        ),
        (
            "host",
            &[
                "https://",
                "https:///asset.mp4",
                "https://?a",
                "http://a b/",
                r"https://cdn.example\@evil.example/x.mp4",
            ],
        ),
        (
            "host",
            &[
                "https://-a.example/x",
                "https://a..b/x",
                "https://a%2eb/x",
                "http://1.2.3/x",
                "http://999.1.1.1/x",
                "http://0x7f.1/x",
                "http://0X7F000001/x",
                "http://foo.0Xff/x",
            ],
        ),
        ("host", &["http://[::1/x", "http://[::g]/x", "http://[v1.a]/x"]),
        (
            "port",
            &[
                "http://http://cdn.example/a",
                "http://a:99999/x",
                "http://a:x/x",
                "http://a:/x",
            ],
        ),
        (
            "user info",
            &["https://user:pass@cdn.example/a.mp4", "https://@cdn.example/a"],
        ),
        (
            "Punycode",
            &["https://bücher.example/a", "https://cdn\u{202e}.example/a"],
        ),
        (
            ". or .. segment",
            &[
                "../../x",
                "%2e%2e/x",
                "a/./b",
                "a/%2E/b",
                "a/..%2fb",
                "..%5cx",
                "https://cdn.example/../x",
                ".",
            ],
        ),
        (
            "names a file",
            &[
                "?",
                "/",
                "#a",
                "https://cdn.example",
                "https://cdn.example/",
                "https://cdn.example?a",
            ],
        ),
        ("%", &["a%", "a%2", "a%zz"]),
        (
            "percent-encoded",
            &[
                "a b.mp4",
                "a\n.mp4",
                "a\0",
                "\"><script>alert(1)</script>",
                "a\u{202e}",
                "é.mp4",
                "a#b#c",
                "a[1]",
                "{a}",
                "a|b",
                "a^b",
                "a`b",
            ],
        ),
    ];

    #[test]
    fn rejects_anything_else_and_says_which_part_is_wrong() {
        let too_long = "x".repeat(MAX_LENGTH + 1);
        assert!(problem(&too_long).is_some_and(|problem| problem.contains("2048 characters")));
        for (part, urls) in REJECTED {
            for url in *urls {
                let problem = problem(url);
                assert!(
                    problem.as_ref().is_some_and(|problem| problem.contains(part)),
                    "{url:?}: {problem:?}, not {part}"
                );
            }
        }
    }
}
