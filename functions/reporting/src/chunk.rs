//! Splits a batch into transactions with few writes. A greedy choice, because the best one takes too long to find.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

use domain::View;

/// DynamoDB's limit for one transaction.
const MAX_ITEMS: usize = 100;
/// The number of views that are considered together. The time grows with its square.
const MAX_VIEWS: usize = 1_000;

/// Splits `views` into chunks that fit one transaction each: one marker per view, one counter per user and one per asset.
/// Views that share a user or an asset go together where possible, because each shared counter saves a write.
pub(crate) fn split(mut views: Vec<View>) -> Vec<Vec<View>> {
    views.sort_by(|a, b| (&a.asset_id, &a.user_id).cmp(&(&b.asset_id, &b.user_id)));
    let mut chunks = Vec::new();
    while !views.is_empty() {
        let slice: Vec<_> = views.drain(..views.len().min(MAX_VIEWS)).collect();
        chunks.extend(split_slice(slice));
    }
    chunks
}

/// The two counters that a view moves, as small numbers.
#[derive(Debug, Clone, Copy)]
struct Counters {
    user: usize,
    asset: usize,
}

fn split_slice(views: Vec<View>) -> Vec<Vec<View>> {
    let users = intern(views.iter().map(|view| &view.user_id)).into_iter();
    let assets = intern(views.iter().map(|view| &view.asset_id));
    let counters: Vec<_> = users
        .zip(assets)
        .map(|(user, asset)| Counters { user, asset })
        .collect();
    let mut remaining = Remaining::new(&counters);
    let mut rest: Vec<_> = views.into_iter().zip(counters).collect();
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        chunks.push(take_chunk(&mut rest, &mut remaining));
    }
    chunks
}

/// Takes one chunk out of `rest`, one best-fitting view after another.
fn take_chunk(rest: &mut Vec<(View, Counters)>, remaining: &mut Remaining) -> Vec<View> {
    let mut chunk = Vec::new();
    let (mut users, mut assets) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let new =
            |Counters { user, asset }| usize::from(!users.contains(&user)) + usize::from(!assets.contains(&asset));
        let room = MAX_ITEMS - chunk.len() - users.len() - assets.len();
        let fitting = rest
            .iter()
            .enumerate()
            .filter(|(_, (_, counters))| new(*counters) < room);
        let Some((best, _)) = fitting.min_by_key(|(_, (_, counters))| remaining.rank(*counters, new(*counters))) else {
            return chunk;
        };
        let (view, counters) = rest.swap_remove(best);
        remaining.take(counters);
        users.insert(counters.user);
        assets.insert(counters.asset);
        chunk.push(view);
    }
}

/// The numbers of views per user and per asset that no chunk has taken yet.
struct Remaining {
    of_user: Vec<usize>,
    of_asset: Vec<usize>,
}

impl Remaining {
    fn new(counters: &[Counters]) -> Self {
        let mut remaining = Self {
            of_user: vec![0; counters.len()],
            of_asset: vec![0; counters.len()],
        };
        for counters in counters {
            remaining.of_user[counters.user] += 1;
            remaining.of_asset[counters.asset] += 1;
        }
        remaining
    }

    fn take(&mut self, Counters { user, asset }: Counters) {
        self.of_user[user] -= 1;
        self.of_asset[asset] -= 1;
    }

    /// The order in which views join a chunk. First come those that need the fewest `new` counters, among these those
    /// whose counters no later chunk needs, among these those whose counters few others need.
    fn rank(&self, Counters { user, asset }: Counters, new: usize) -> (usize, Reverse<usize>, usize) {
        let (of_user, of_asset) = (self.of_user[user], self.of_asset[asset]);
        let finished = usize::from(of_user == 1) + usize::from(of_asset == 1);
        (new, Reverse(finished), of_user + of_asset)
    }
}

/// Replaces each distinct thing by a number, from 0 on.
fn intern<T: Eq + Hash>(things: impl Iterator<Item = T>) -> Vec<usize> {
    let mut numbers = HashMap::new();
    things
        .map(|thing| {
            let next = numbers.len();
            *numbers.entry(thing).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(asset: usize, user: usize) -> View {
        View::now(
            format!("a{asset}").parse().unwrap(),
            format!("u{user}").parse().unwrap(),
            None,
        )
    }

    fn items(chunk: &[View]) -> usize {
        let users: BTreeSet<_> = chunk.iter().map(|view| &view.user_id).collect();
        let assets: BTreeSet<_> = chunk.iter().map(|view| &view.asset_id).collect();
        chunk.len() + users.len() + assets.len()
    }

    #[test]
    fn every_view_is_in_one_chunk_and_every_chunk_fits_a_transaction() {
        for (assets, users) in [(1, 1), (1, 5_000), (5_000, 1), (40, 300), (5_000, 5_000)] {
            let views: Vec<_> = (0..2_500).map(|n| view(n % assets, n * 7 % users)).collect();
            let chunks = split(views.clone());
            assert!(chunks.iter().all(|chunk| (1..=MAX_ITEMS).contains(&items(chunk))));
            let ids = |views: &mut dyn Iterator<Item = &View>| views.map(|view| view.event_id).collect::<BTreeSet<_>>();
            assert_eq!(chunks.iter().flatten().count(), views.len());
            assert_eq!(ids(&mut chunks.iter().flatten()), ids(&mut views.iter()));
        }
    }

    #[test]
    fn views_of_one_asset_or_of_one_user_share_its_counter() {
        let one_asset: Vec<_> = (0..49).map(|n| view(0, n)).collect();
        assert_eq!(split(one_asset).len(), 1);
        let one_user_and_asset: Vec<_> = (0..98).map(|_| view(0, 0)).collect();
        assert_eq!(split(one_user_and_asset).len(), 1);
        // Two groups that share nothing, alternating. Splitting in the given order would spread each over both chunks.
        let two_groups: Vec<_> = (0..196).map(|n| view(n % 2, n % 2)).collect();
        assert_eq!(split(two_groups).len(), 2);
    }

    #[test]
    fn no_views_make_no_chunks() {
        assert!(split(Vec::new()).is_empty());
    }
}
