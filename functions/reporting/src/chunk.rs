//! How a batch is cut into transactions, with as few writes as can be had cheaply.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

use common::view::View;

/// DynamoDB's limit for one transaction.
const MAX_ITEMS: usize = 100;
/// Views that are looked at together: looking takes time that grows with its square.
const MAX_VIEWS: usize = 1_000;

/// Cuts `views` into chunks that fit one transaction each: a marker a view, a counter a user, a counter an asset. Views
/// that share a user or an asset go together where they can, for each shared counter is a write less.
pub(crate) fn cut(mut views: Vec<View>) -> Vec<Vec<View>> {
    views.sort_by(|a, b| (&a.asset_id, &a.user_id).cmp(&(&b.asset_id, &b.user_id)));
    let mut chunks = Vec::new();
    while !views.is_empty() {
        let slice: Vec<_> = views.drain(..views.len().min(MAX_VIEWS)).collect();
        chunks.extend(cut_slice(slice));
    }
    chunks
}

/// A view as the cutting sees it: the numbers of its two counters.
type Counters = (usize, usize);

fn cut_slice(views: Vec<View>) -> Vec<Vec<View>> {
    let users = number(views.iter().map(|view| &view.user_id));
    let assets = number(views.iter().map(|view| &view.asset_id));
    let counters: Vec<Counters> = users.into_iter().zip(assets).collect();
    let mut left = Left::new(&counters);
    let mut rest: Vec<_> = views.into_iter().zip(counters).collect();
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        chunks.push(take_chunk(&mut rest, &mut left));
    }
    chunks
}

/// Takes one chunk out of `rest`, view by view, each time the one that fits it best.
fn take_chunk(rest: &mut Vec<(View, Counters)>, left: &mut Left) -> Vec<View> {
    let mut chunk = Vec::new();
    let (mut users, mut assets) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let new = |(user, asset): Counters| usize::from(!users.contains(&user)) + usize::from(!assets.contains(&asset));
        let room = MAX_ITEMS - chunk.len() - users.len() - assets.len();
        let fitting = rest
            .iter()
            .enumerate()
            .filter(|(_, (_, counters))| new(*counters) < room);
        let Some((best, _)) = fitting.min_by_key(|(_, (_, counters))| left.rank(*counters, new(*counters))) else {
            return chunk;
        };
        let (view, (user, asset)) = rest.swap_remove(best);
        left.take((user, asset));
        users.insert(user);
        assets.insert(asset);
        chunk.push(view);
    }
}

/// How many views of each user and of each asset no chunk has taken yet.
struct Left {
    of_user: Vec<usize>,
    of_asset: Vec<usize>,
}

impl Left {
    fn new(counters: &[Counters]) -> Self {
        let mut left = Self {
            of_user: vec![0; counters.len()],
            of_asset: vec![0; counters.len()],
        };
        for (user, asset) in counters {
            left.of_user[*user] += 1;
            left.of_asset[*asset] += 1;
        }
        left
    }

    fn take(&mut self, (user, asset): Counters) {
        self.of_user[user] -= 1;
        self.of_asset[asset] -= 1;
    }

    /// The order in which views join a chunk: those that need the fewest `new` counters; of these, those whose counters
    /// no later chunk will need; of these, those whose counters few others need.
    fn rank(&self, (user, asset): Counters, new: usize) -> (usize, Reverse<usize>, usize) {
        let (of_user, of_asset) = (self.of_user[user], self.of_asset[asset]);
        let finished = usize::from(of_user == 1) + usize::from(of_asset == 1);
        (new, Reverse(finished), of_user + of_asset)
    }
}

/// Numbers equal things equally, from 0 on.
fn number<T: Eq + Hash>(things: impl Iterator<Item = T>) -> Vec<usize> {
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
            let chunks = cut(views.clone());
            assert!(chunks.iter().all(|chunk| (1..=MAX_ITEMS).contains(&items(chunk))));
            let ids = |views: &mut dyn Iterator<Item = &View>| views.map(|view| view.event_id).collect::<BTreeSet<_>>();
            assert_eq!(chunks.iter().flatten().count(), views.len());
            assert_eq!(ids(&mut chunks.iter().flatten()), ids(&mut views.iter()));
        }
    }

    #[test]
    fn views_of_one_asset_or_of_one_user_share_its_counter() {
        let one_asset: Vec<_> = (0..49).map(|n| view(0, n)).collect();
        assert_eq!(cut(one_asset).len(), 1);
        let one_user_and_asset: Vec<_> = (0..98).map(|_| view(0, 0)).collect();
        assert_eq!(cut(one_user_and_asset).len(), 1);
        // Two groups that share nothing, given in turns: cutting in the order given would split them both.
        let two_groups: Vec<_> = (0..196).map(|n| view(n % 2, n % 2)).collect();
        assert_eq!(cut(two_groups).len(), 2);
    }

    #[test]
    fn no_views_make_no_chunks() {
        assert!(cut(Vec::new()).is_empty());
    }
}
