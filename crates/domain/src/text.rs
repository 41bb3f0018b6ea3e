//! Text with a length in its type, such as a title.

use std::fmt;

use crate::Problem;

/// `MIN` to `MAX` characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        if !(MIN..=MAX).contains(&text.chars().count()) {
            return Err(Problem(format!("must be {MIN} to {MAX} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(Problem("must hold no control characters".to_owned()));
        }
        Ok(Self(text))
    }
}

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> Self {
        text.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        Text::<1, 3>::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert!(accepts("é"));
        assert!(accepts("ééé"));
        assert!(!accepts(""));
        assert!(!accepts("éééé"));
    }

    #[test]
    fn refuses_control_characters() {
        assert!(!accepts("a\0"));
        assert!(!accepts("a\n"));
        assert!(!accepts("\u{85}"));
    }
}
