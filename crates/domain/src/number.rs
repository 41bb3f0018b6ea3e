//! A whole number with its bounds in its type, such as the length of a list.

use crate::Problem;

/// `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Number<MIN, MAX> {
    /// The greatest number.
    pub const GREATEST: Self = Self(MAX);

    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<String> for Number<MIN, MAX> {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        // One way to write a number, so that caches keep one reply for it.
        let number = text.parse().ok().filter(|number: &u32| number.to_string() == text);
        let number = number.filter(|number| (MIN..=MAX).contains(number));
        number
            .map(Self)
            .ok_or_else(|| Problem(format!("must be a whole number from {MIN} to {MAX}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<u32> {
        Number::<1, 30>::try_from(text.to_owned()).ok().map(Number::get)
    }

    #[test]
    fn accepts_the_numbers_within_the_bounds() {
        assert_eq!(["1", "7", "30"].map(number), [Some(1), Some(7), Some(30)]);
    }

    #[test]
    fn refuses_anything_else() {
        for bad in [
            "",
            "0",
            "31",
            "-1",
            "+7",
            "07",
            " 7",
            "7.0",
            "7e0",
            "٧",
            "all",
            "4294967297",
        ] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
    }
}
