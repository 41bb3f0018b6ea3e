//! The parameters of a query taken one by one, so that an error can name the parameter.

use std::collections::BTreeMap;

use domain::{Invalid, Problem};
use lambda_http::{Request, RequestExt};

use crate::http::fields::{invalid, shown};

/// The parameters of a query that have not been taken yet.
#[derive(Debug)]
pub struct Query(BTreeMap<String, Vec<String>>);

impl Query {
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in request.query_string_parameters().iter() {
            parameters.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        Self(parameters)
    }

    /// Takes the parameter `name` and parses it. None if the query has no such parameter.
    ///
    /// # Errors
    /// [`Invalid`] when it is given twice or is text that `T` rejects.
    pub fn take<T: TryFrom<String, Error = Problem>>(&mut self, name: &'static str) -> Result<Option<T>, Invalid> {
        let mut values = self.0.remove(name).unwrap_or_default();
        if values.len() > 1 {
            return Err(invalid(name, "invalid_value", "must be given once"));
        }
        let value = values.pop().map(T::try_from).transpose();
        value.map_err(|Problem(problem)| invalid(name, "invalid_value", problem))
    }

    /// Checks that every parameter has been taken.
    ///
    /// # Errors
    /// [`Invalid`] that names an unknown parameter.
    pub fn finish(self) -> Result<(), Invalid> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => Err(invalid(
                shown(&name),
                "unknown_parameter",
                "is not a parameter of this route",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Number;
    use lambda_http::{Body, aws_lambda_events::query_map::QueryMap};

    use super::*;

    fn read(text: &str) -> Result<Option<u32>, (String, &'static str)> {
        let Ok(parameters) = text.parse::<QueryMap>();
        let request = Request::new(Body::Empty).with_query_string_parameters(parameters);
        let parse = || {
            let mut query = Query::of(&request);
            let days = query.take::<Number<1, 30>>("days")?;
            query.finish()?;
            Ok(days.map(Number::get))
        };
        parse().map_err(|invalid: Invalid| (invalid.field, invalid.code))
    }

    #[test]
    fn reads_a_parameter_that_is_there() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("days=7"), Ok(Some(7)));
        assert_eq!(read("d%61ys=%37&"), Ok(Some(7)));
    }

    #[test]
    fn says_which_parameter_is_wrong_and_how() {
        for bad in [
            "days",
            "days=",
            "days=31",
            "days=a",
            "days=+7",
            "days=7&days=7",
            "days=7&x=1&days=8",
        ] {
            assert_eq!(read(bad), Err(("days".to_owned(), "invalid_value")), "{bad}");
        }
        for (unknown, field) in [("Days=7", "Days"), ("days=7&q=%22", "q"), ("=1", ""), ("b&a", "a")] {
            assert_eq!(read(unknown), Err((field.to_owned(), "unknown_parameter")), "{unknown}");
        }
        let long = "x".repeat(70_000);
        assert_eq!(read(&long), Err(("x".repeat(64), "unknown_parameter")));
    }
}
