//! Finds views in text, however many layers of quoting they are in.

use std::collections::BTreeMap;

use domain::{EventId, View};
use serde::Deserialize;
use serde_json::Deserializer;

/// The views in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub views: BTreeMap<EventId, View>,
    /// Objects that look like a view and can't be read.
    pub unreadable: usize,
}

impl Found {
    /// Adds what was found in another text.
    pub(super) fn add(&mut self, other: Self) {
        self.views.extend(other.views);
        self.unreadable += other.unreadable;
    }
}

/// Finds every view in `text`: JSON, JSON in JSON strings, CSV, YAML, a table or a mixture. A view is a JSON object that
/// begins at some brace, once the quoting around it is gone.
#[must_use]
pub fn find(text: &str) -> Found {
    let text = without_quoting(text);
    let objects = text.match_indices('{').map(|(start, _)| &text[start..]);
    let views = objects.filter_map(|object| View::deserialize(&mut Deserializer::from_str(object)).ok());
    let views: Vec<_> = views.map(|view| (view.event_id, view)).collect();
    // Only a view has this field.
    let candidates = text.matches("\"playedAt\"").count();
    Found {
        unreadable: candidates.saturating_sub(views.len()),
        views: views.into_iter().collect(),
    }
}

/// Replaces every quote by a plain one, whatever it is escaped with: `\"` in a JSON string, `\\\"` in a string in a
/// string, `""` in CSV, `\""` in both. No value in a view holds a quote, a backslash or a space, so nothing is lost.
fn without_quoting(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_quote = false;
    while let Some(at) = rest.find(['"', '\\']) {
        plain.push_str(&rest[..at]);
        after_quote &= at == 0;
        let escaped = rest[at..].trim_start_matches('\\');
        let (character, length) = meaning(escaped);
        if character != Some('"') || !after_quote {
            plain.extend(character);
        }
        after_quote = character == Some('"');
        rest = &escaped[length..];
    }
    plain.push_str(rest);
    plain
}

/// The character that stands after a run of backslashes, None for a line that YAML folds, and its length in bytes.
fn meaning(escaped: &str) -> (Option<char>, usize) {
    let unicode = || char::from_u32(u32::from_str_radix(escaped.get(1..5)?, 16).ok()?);
    match escaped.chars().next() {
        Some('"') => (Some('"'), 1),
        Some('n' | 'r' | 't') => (Some(' '), 1),
        Some('u') => unicode().map_or((None, 0), |character| (Some(character), 5)),
        Some('\n' | '\r') => (None, escaped.len() - escaped.trim_start().len()),
        _ => (None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_every_quoting_for_a_plain_quote() {
        for quoted in [
            r#"{"a":"b+c"}"#,
            r#"{\"a\":\"b+c\"}"#,
            r#"{\\\"a\\\":\\\"b+c\\\"}"#,
            r#"{""a"":""b+c""}"#,
            r#"{\""a\"":\""b+c\""}"#,
            r#"{\\\""a\\\"":\\\""b+c\\\""}"#,
            r"{\u0022a\u0022:\u0022b\u002Bc\u0022}",
            "{\\\"a\\\":\\\n    \\\"b+\\\n    c\\\\\\\n    \"}",
        ] {
            assert_eq!(without_quoting(quoted), r#"{"a":"b+c"}"#, "{quoted}");
        }
    }

    #[test]
    fn keeps_escaped_line_feeds_apart_from_what_they_separate() {
        assert_eq!(without_quoting(r#"{\n  \"a\": 1\n}"#), "{   \"a\": 1 }");
    }

    #[test]
    fn survives_escapes_that_are_cut_short() {
        for cut in ["\\", "\\u", "\\u00", "\\uD800", "\\u00é", "\\\""] {
            assert!(without_quoting(cut).len() <= cut.len(), "{cut}");
        }
    }
}
