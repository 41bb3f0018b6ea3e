//! The rules that SQS has for a message: its characters and its size.

use serde_json::{Map, Value};

/// The largest message and the largest batch in bytes, attributes included.
pub const MAX_SIZE: usize = 1_048_576;

/// The most attributes of a message.
const MAX_ATTRIBUTES: usize = 10;

/// The error code with which SQS rejects a message, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rejection {
    pub(super) code: &'static str,
    pub(super) reason: &'static str,
}

const fn invalid(reason: &'static str) -> Rejection {
    Rejection {
        code: "InvalidParameterValue",
        reason,
    }
}

/// Accepts or rejects a message.
pub(super) fn check(body: &str, attributes: &Map<String, Value>) -> Result<(), Rejection> {
    if body.is_empty() {
        return Err(invalid("the message body is empty"));
    }
    if !body.chars().all(is_allowed) {
        return Err(Rejection {
            code: "InvalidMessageContents",
            reason: "the message body has a character outside the allowed set",
        });
    }
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(invalid("the message has too many attributes"));
    }
    attributes.values().try_for_each(check_attribute)?;
    if size(body, attributes) > MAX_SIZE {
        return Err(invalid("the message is too large"));
    }
    Ok(())
}

fn check_attribute(attribute: &Value) -> Result<(), Rejection> {
    match (attribute["DataType"].as_str(), attribute["StringValue"].as_str()) {
        (None, _) => Err(invalid("an attribute has no type")),
        (_, None | Some("")) => Err(invalid("an attribute is empty")),
        (_, Some(value)) if !value.chars().all(is_allowed) => {
            Err(invalid("an attribute has a character outside the allowed set"))
        }
        _ => Ok(()),
    }
}

/// The bytes of a message: its body, and the name, type and value of each attribute.
pub(super) fn size(body: &str, attributes: &Map<String, Value>) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, str::len);
    let attributes = attributes
        .iter()
        .map(|(name, value)| name.len() + length(&value["DataType"]) + length(&value["StringValue"]));
    body.len() + attributes.sum::<usize>()
}

/// `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`
const fn is_allowed(character: char) -> bool {
    matches!(character,
        '\u{9}' | '\u{A}' | '\u{D}' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(body: &str, reason: &str) -> Option<&'static str> {
        let attributes = json!({"reason": {"DataType": "String", "StringValue": reason}});
        let rejection = check(body, attributes.as_object().unwrap()).err();
        rejection.map(|rejection| rejection.code)
    }

    #[test]
    fn control_characters_and_noncharacters_are_rejected_in_body_and_attributes() {
        assert_eq!(code("\t\n\r \u{FFFD}\u{10FFFF}", "é"), None);
        for bad in ["\u{0}", "\u{1B}", "\u{FFFE}", "\u{FFFF}"] {
            assert_eq!(code(bad, "r"), Some("InvalidMessageContents"));
            assert_eq!(code("b", bad), Some("InvalidParameterValue"));
        }
        assert_eq!(code("", "r"), Some("InvalidParameterValue"));
        assert_eq!(code("b", ""), Some("InvalidParameterValue"));
    }

    #[test]
    fn a_message_is_as_large_as_its_body_and_its_attributes() {
        let rest = "reason".len() + "String".len();
        let body = "b".repeat(MAX_SIZE - rest - 1);
        assert_eq!(code(&body, "r"), None);
        assert_eq!(code(&body, "rr"), Some("InvalidParameterValue"));
    }
}
