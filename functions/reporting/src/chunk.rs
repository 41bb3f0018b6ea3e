//! How a batch is cut into transactions.

use std::collections::BTreeSet;

use common::view::View;

/// DynamoDB's limit for one transaction.
const MAX_ITEMS: usize = 100;

/// Cuts `views` into chunks that fit one transaction each: a marker a view, a counter a user, a counter an asset.
/// Views of one asset go together, so that they share its counter's write.
pub(crate) fn cut(mut views: Vec<View>) -> Vec<Vec<View>> {
    views.sort_by(|a, b| (&a.asset_id, &a.user_id).cmp(&(&b.asset_id, &b.user_id)));
    let mut chunks = Vec::new();
    let mut rest = views.as_slice();
    while !rest.is_empty() {
        let (chunk, others) = rest.split_at(fitting(rest));
        chunks.push(chunk.to_vec());
        rest = others;
    }
    chunks
}

/// How many of the first `views` fit one transaction.
fn fitting(views: &[View]) -> usize {
    let (mut users, mut assets) = (BTreeSet::new(), BTreeSet::new());
    for (index, view) in views.iter().enumerate() {
        users.insert(&view.user_id);
        assets.insert(&view.asset_id);
        if index + 1 + users.len() + assets.len() > MAX_ITEMS {
            return index;
        }
    }
    views.len()
}
