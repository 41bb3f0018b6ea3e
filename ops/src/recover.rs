//! Finds in a log the views that play could not publish anywhere else.

use domain::View;
use serde_json::Value;

/// The views in `log`: lines of Lambda's JSON log, as they are or wrapped in the JSON of an export.
pub fn views(log: &str) -> impl Iterator<Item = View> {
    log.lines()
        .filter_map(|line| serde_json::from_str(line.get(line.find('{')?..)?).ok())
        .flat_map(|line| views_in(&line))
}

/// A view is the text of a field named `event`, at any depth; an export puts a whole log line into a text field.
fn views_in(value: &Value) -> Vec<View> {
    match value {
        Value::Object(fields) => {
            let event = fields.get("event").and_then(Value::as_str);
            let view = event.and_then(|event| serde_json::from_str(event).ok());
            view.into_iter().chain(fields.values().flat_map(views_in)).collect()
        }
        Value::Array(values) => values.iter().flat_map(views_in).collect(),
        Value::String(text) if text.starts_with('{') => {
            let nested = serde_json::from_str::<Value>(text).ok();
            nested.iter().flat_map(views_in).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn view() -> View {
        View::now("123".parse().unwrap(), "8".parse().unwrap(), None)
    }

    #[test]
    fn finds_views_in_log_lines_and_in_exports_of_them() {
        let [first, second, third] = [view(), view(), view()];
        let line = |view: &View| {
            let event = serde_json::to_string(view).unwrap();
            json!({"level": "ERROR", "fields": {"message": "view not published", "event": event}}).to_string()
        };
        let export = json!({"events": [{"timestamp": 1, "message": line(&second)}]});
        let prefixed = format!("2026-11-23T22:45:27.123Z {}", line(&third));
        let log = format!(
            "START RequestId: 1\n{}\n{export}\n{prefixed}\n{{\"event\":\"other\"}}\n",
            line(&first)
        );
        assert_eq!(views(&log).collect::<Vec<_>>(), [first, second, third]);
    }
}
