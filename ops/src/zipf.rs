//! Draws as an audience does: a few assets and users make up most of a load.

/// The catalogue and the audience of the benchmarks and of the fault campaign.
const ASSETS: usize = 10_000;
const USERS: usize = 100_000;

/// Draws ranks below a limit, the first most often (Zipf, s = 1.1).
#[derive(Debug)]
pub struct Zipf(Vec<f64>);

impl Zipf {
    /// Draws one of 10,000 assets.
    #[must_use]
    pub fn assets() -> Self {
        Self::of(ASSETS)
    }

    /// Draws one of 100,000 users.
    #[must_use]
    pub fn users() -> Self {
        Self::of(USERS)
    }

    /// Draws one of `n` ranks.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
    pub fn of(n: usize) -> Self {
        let mut sum = 0.0;
        let cumulated = (1..=n).map(|rank| {
            sum += (rank as f64).powf(-1.1);
            sum
        });
        Self(cumulated.collect())
    }

    /// The next rank.
    #[must_use]
    pub fn draw(&self) -> usize {
        let point = fastrand::f64() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|cumulated| *cumulated <= point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_is_drawn_and_an_earlier_one_more_often() {
        fastrand::seed(7);
        let (zipf, mut drawn) = (Zipf::of(10), [0; 10]);
        for _ in 0..10_000 {
            drawn[zipf.draw()] += 1;
        }
        assert!(drawn.is_sorted_by(|more, less| more > less), "{drawn:?}");
        assert!(drawn[9] > 0, "{drawn:?}");
    }
}
