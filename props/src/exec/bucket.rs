//! Limits of what a program says.

use tokio::time::Instant;

/// So many at once, and so many per second after that.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: f64,
    burst: f64,
    tokens: f64,
    last: Instant,
    refused: u64,
}

impl Bucket {
    pub(super) fn new(burst: u32, rate: u32) -> Self {
        let burst = f64::from(burst);
        Self { rate: rate.into(), burst, tokens: burst, last: Instant::now(), refused: 0 }
    }

    /// Whether one more may pass; if so, how many did not since the last that did.
    pub(super) fn take(&mut self) -> Option<u64> {
        let now = Instant::now();
        let since = now.saturating_duration_since(self.last).as_secs_f64();
        self.last = now;
        self.tokens = since.mul_add(self.rate, self.tokens).min(self.burst);
        if self.tokens < 1.0 {
            self.refused += 1;
            return None;
        }
        self.tokens -= 1.0;
        Some(std::mem::take(&mut self.refused))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_the_rate() {
        let mut bucket = Bucket::new(3, 2);
        let taken = |bucket: &mut Bucket| (0..5).filter_map(|_| bucket.take()).collect::<Vec<_>>();
        assert_eq!(taken(&mut bucket), [0, 0, 0]);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(taken(&mut bucket), [2]);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(taken(&mut bucket), [4, 0, 0], "never above the burst");
    }
}
