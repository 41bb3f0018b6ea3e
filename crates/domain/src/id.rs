//! The ids in a path, parsed once: past this point an id is known to be well-formed.

use crate::Invalid;

/// Longest id, in characters.
const MAX_LENGTH: usize = 128;

/// Whether `text` is 1 to 128 characters out of `A-Z a-z 0-9 - . _ ~ : @ | +`, and neither `.` nor `..`. Clients resolve
/// those two as path segments, so no request can reach them.
fn is_well_formed(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@|+".contains(&byte);
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) && text != "." && text != ".."
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $parameter:literal, $code:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The name of the path parameter.
            pub const PARAMETER: &'static str = $parameter;

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                if is_well_formed(&text) {
                    return Ok(Self(text));
                }
                Err(Invalid {
                    field: $parameter.to_owned(),
                    code: $code,
                    problem: format!("must be 1 to {MAX_LENGTH} characters out of A-Z a-z 0-9 - . _ ~ : @ | +, not . or .."),
                })
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                text.to_owned().try_into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// The id of a video.
    AssetId, "assetId", "invalid_asset_id"
);
id!(
    /// The id of a viewer.
    UserId, "userId", "invalid_user_id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_allowed_character_up_to_the_longest() {
        for good in ["1", "...", ".a", "AZaz09-._~:@|+", &"x".repeat(MAX_LENGTH)] {
            assert_eq!(good.parse::<AssetId>().map(|id| id.to_string()), Ok(good.to_owned()));
        }
    }

    #[test]
    fn refuses_anything_else_and_names_the_parameter() {
        let long = "x".repeat(MAX_LENGTH + 1);
        for bad in [
            "", " ", "a b", "a/b", "a%20", "a#b", "a?b", "a\0", "a\n", "é", "ａ", ".", "..", &long,
        ] {
            let refused = bad.parse::<UserId>().map_err(|invalid| (invalid.field, invalid.code));
            assert_eq!(refused, Err(("userId".to_owned(), "invalid_user_id")), "{bad:?}");
        }
    }

    #[test]
    fn reads_from_json_only_when_well_formed() {
        assert!(serde_json::from_str::<AssetId>("\"123\"").is_ok());
        assert!(serde_json::from_str::<AssetId>("\"1/3\"").is_err());
    }
}
