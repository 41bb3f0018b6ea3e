//! Reading whole tables, past the items that can't be read.

use aws_sdk_dynamodb::{Client, error::SdkError, operation::scan::ScanError, types::AttributeValue};

use crate::schema::{self, Item};

/// The number of unreadable items that are described. The wrong table may hold millions.
const EXAMPLES: usize = 20;

/// A table could not be read.
#[derive(Debug, thiserror::Error)]
#[error("Failed to read table {table}")]
pub struct Unread {
    table: String,
    #[source]
    source: Box<SdkError<ScanError>>,
}

/// The items that don't have their table's schema.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unreadable {
    pub count: u64,
    /// A description of each, up to 20 of them.
    pub examples: Vec<String>,
}

/// Scans tables one after the other.
pub(super) struct Scanner<'a, Progress> {
    client: &'a Client,
    progress: Progress,
    pub(super) unreadable: Unreadable,
}

impl<'a, Progress: Fn(usize)> Scanner<'a, Progress> {
    pub(super) fn new(client: &'a Client, progress: Progress) -> Self {
        Self {
            client,
            progress,
            unreadable: Unreadable::default(),
        }
    }

    /// Reads every item of a table that fits the filter, with consistent reads. `visit` says why it can't use an item.
    pub(super) async fn scan(
        &mut self,
        table: &str,
        filter: Option<&str>,
        mut visit: impl FnMut(&Item) -> Result<(), String>,
    ) -> Result<(), Unread> {
        let mut from: Option<Item> = None;
        loop {
            let request = self.client.scan().table_name(table).consistent_read(true);
            let request = request.set_filter_expression(filter.map(str::to_owned));
            let page = Box::pin(request.set_exclusive_start_key(from).send()).await;
            let page = page.map_err(|error| Unread {
                table: table.to_owned(),
                source: Box::new(error),
            })?;
            for item in page.items() {
                if let Err(problem) = visit(item) {
                    self.leave_out(table, item, &problem);
                }
            }
            (self.progress)(usize::try_from(page.scanned_count()).unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    fn leave_out(&mut self, table: &str, item: &Item, problem: &str) {
        self.unreadable.count += 1;
        if self.unreadable.examples.len() < EXAMPLES {
            let name = name(item);
            self.unreadable.examples.push(format!("{name} of {table}: {problem}"));
        }
    }
}

/// A text attribute.
pub(super) fn text<'a>(item: &'a Item, name: &str) -> Result<&'a str, String> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| format!("{name} is not a text"))
}

/// An item's key, as an operator looks for it.
fn name(item: &Item) -> String {
    let id = item.get(schema::ID).and_then(|id| id.as_s().ok());
    let id = id.map_or_else(|| "an item without an id".to_owned(), |id| format!("item {id}"));
    match item.get(schema::SHARD) {
        Some(AttributeValue::N(shard)) => format!("{id}, shard {shard},"),
        _ => id,
    }
}
