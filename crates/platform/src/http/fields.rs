//! A JSON object taken apart field by field, so that an error can name the field.

use std::fmt;

use domain::{Invalid, Problem};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// The fields of a body that have not been taken yet.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// [`Invalid`] when `body` is something else, or has a field twice.
    pub fn parse(body: &[u8]) -> Result<Self, Invalid> {
        let object: Object =
            serde_json::from_slice(body).map_err(|_| invalid("body", "invalid_json", "must be a JSON object"))?;
        match object.repeated {
            None => Ok(Self(object.fields)),
            Some(name) => Err(invalid(shown(&name), "repeated_field", "is given more than once")),
        }
    }

    /// Takes the text field `name` and parses it.
    ///
    /// # Errors
    /// [`Invalid`] when the field is missing, is not text, or is text that `T` rejects.
    pub fn take<T: TryFrom<String, Error = Problem>>(&mut self, name: &'static str) -> Result<T, Invalid> {
        match self.0.remove(name) {
            None => Err(invalid(name, "missing_field", "is missing")),
            Some(Value::String(text)) => text
                .try_into()
                .map_err(|Problem(problem)| invalid(name, "invalid_value", problem)),
            Some(_) => Err(invalid(name, "wrong_type", "must be a string")),
        }
    }

    /// Checks that every field has been taken.
    ///
    /// # Errors
    /// [`Invalid`] that names an unknown field.
    pub fn finish(self) -> Result<(), Invalid> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(invalid(shown(&name), "unknown_field", "is not a field of this body")),
        }
    }
}

/// A JSON object, and a name that it has more than once. `serde_json` alone would keep the last value.
#[derive(Default)]
struct Object {
    fields: Map<String, Value>,
    repeated: Option<String>,
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if object.fields.insert(name.clone(), value).is_some() {
                object.repeated = Some(name);
            }
        }
        Ok(object)
    }
}

/// A name that the caller made up, no longer than a reply should repeat.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

/// A part of a request that breaks the contract.
pub(super) fn invalid(field: impl Into<String>, code: &'static str, problem: impl Into<String>) -> Invalid {
    Invalid {
        field: field.into(),
        code,
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use domain::Text;

    use super::*;

    type Name = Text<1, 5>;

    fn read(body: &str) -> Result<Name, (String, &'static str)> {
        let parse = || {
            let mut fields = Fields::parse(body.as_bytes())?;
            let name = fields.take("name")?;
            fields.finish()?;
            Ok(name)
        };
        parse().map_err(|invalid: Invalid| (invalid.field, invalid.code))
    }

    #[test]
    fn reads_an_object_with_exactly_the_expected_fields() {
        assert_eq!(read(r#"{"name":"It"}"#), Ok(Name::try_from("It".to_owned()).unwrap()));
    }

    #[test]
    fn says_which_field_is_wrong_and_how() {
        for (body, field, code) in [
            ("", "body", "invalid_json"),
            ("name", "body", "invalid_json"),
            ("[]", "body", "invalid_json"),
            ("null", "body", "invalid_json"),
            (&"[".repeat(60_000), "body", "invalid_json"),
            (&"{\"name\":".repeat(8_000), "body", "invalid_json"),
            ("{}", "name", "missing_field"),
            (r#"{"name":1}"#, "name", "wrong_type"),
            (r#"{"name":null}"#, "name", "wrong_type"),
            (r#"{"name":""}"#, "name", "invalid_value"),
            (r#"{"name":"abcdef"}"#, "name", "invalid_value"),
            (r#"{"name":"It","more":1}"#, "more", "unknown_field"),
            (r#"{"name":"It","":1}"#, "", "unknown_field"),
            (r#"{"name":"It","name":"It"}"#, "name", "repeated_field"),
            (r#"{"name":"It","na\u006de":2}"#, "name", "repeated_field"),
            (r#"{"name":"It","name":"It""#, "body", "invalid_json"),
        ] {
            assert_eq!(read(body), Err((field.to_owned(), code)), "{body:.80}");
        }
    }
}
