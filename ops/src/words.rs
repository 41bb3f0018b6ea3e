//! Numbers in sentences.

/// A number of things: `1 view`, `2 views`.
pub(crate) fn counted(number: impl TryInto<u64>, thing: &str) -> String {
    match number.try_into().unwrap_or_default() {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}
