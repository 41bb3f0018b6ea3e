//! The cursor between two pages of a list: opaque, so that callers don't build on its content.

use std::fmt::{self, Display};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{AssetId, Problem};

/// Begins what a cursor encodes. Another content gets another version, and old cursors are then refused by name.
const VERSION: &str = "1/";

/// A place in the list: after this asset, which may have been deleted since. A caller can make one up, but it shows no
/// more than the list does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) AssetId);

impl Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(format!("{VERSION}{}", self.0)))
    }
}

impl TryFrom<String> for Cursor {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        let read = || {
            let content = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(&text).ok()?).ok()?;
            content.strip_prefix(VERSION)?.parse().ok()
        };
        read()
            .map(Self)
            .ok_or_else(|| Problem("must be the `next` of another page".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(content: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(content)
    }

    #[test]
    fn a_cursor_reads_back_and_needs_no_escape_in_a_url() {
        for id in ["1", "AZaz09-._~:@|+", &"~".repeat(128)] {
            let cursor = Cursor(id.parse().unwrap());
            let text = cursor.to_string();
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{text}"
            );
            assert_eq!(Cursor::try_from(text), Ok(cursor));
        }
    }

    #[test]
    fn refuses_whatever_it_has_not_made() {
        let long = encoded(format!("1/{}", "x".repeat(129)).as_bytes());
        let padded = format!("{}==", encoded(b"1/ab"));
        let other_bits = encoded(b"1/12").replace('g', "h");
        for bad in [
            "",
            "123",
            "1/123",
            "\u{e9}",
            "a b",
            &encoded(b""),
            &encoded(b"1/"),
            &encoded(b"2/123"),
            &encoded(b"123"),
            &encoded(b"1/a b"),
            &encoded(b"1/.."),
            &encoded(b"1/\xff"),
            &long,
            &padded,
            &other_bits,
        ] {
            assert!(Cursor::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
