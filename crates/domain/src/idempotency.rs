//! The `Idempotency-Key` that makes a retry the same view.

use crate::Invalid;

/// A caller's `Idempotency-Key`: 1 to 128 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub const HEADER: &'static str = "Idempotency-Key";

    /// Parses a header value.
    ///
    /// # Errors
    /// [`Invalid`] unless it is 1 to 128 visible ASCII characters.
    pub fn parse(value: &[u8]) -> Result<Self, Invalid> {
        if (1..=128).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic) {
            return Ok(Self(value.iter().copied().map(char::from).collect()));
        }
        Err(Invalid {
            field: Self::HEADER.to_owned(),
            code: "invalid_idempotency_key",
            problem: "must be 1 to 128 visible ASCII characters without a space, and quotes are part of the key"
                .to_owned(),
        })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii() {
        for bad in ["", " ", "a b", "é", "a\t", &"k".repeat(129)] {
            assert!(IdempotencyKey::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(IdempotencyKey::parse("k".repeat(128).as_bytes()).is_ok());
    }

    #[test]
    fn quotes_are_part_of_a_key_and_a_refusal_says_so() {
        assert_eq!(IdempotencyKey::parse(br#""k""#).unwrap().as_str(), r#""k""#);
        let refused = IdempotencyKey::parse(br#""a b""#).unwrap_err();
        assert_eq!(
            (refused.code, refused.to_string().contains("quotes are part of the key")),
            ("invalid_idempotency_key", true)
        );
    }
}
