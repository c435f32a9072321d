//! How often one address may ask.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many addresses are remembered.
const REMEMBERED: usize = 1024;

/// A bucket of tokens for each address.
#[derive(Debug)]
pub(crate) struct Rates {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rates {
    pub(crate) fn new(per_second: f64, burst: u32) -> Self {
        // Not a number and the like: as good as never.
        let per_second = if per_second > 0.001 { per_second.min(1e6) } else { 0.001 };
        Self { per_second, burst: f64::from(burst), buckets: Mutex::default() }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// There is none; how long until there is one.
    pub(crate) fn take(&self, from: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let from = network(from);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&from) {
            self.forget(&mut buckets, now);
        }
        let full = Bucket { tokens: self.burst, at: now };
        let bucket = buckets.entry(from).or_insert(full);
        bucket.tokens = self.filled(bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.per_second));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Whether there is a token, without taking it.
    pub(crate) fn has(&self, from: IpAddr, now: Instant) -> bool {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(&network(from)).is_none_or(|bucket| self.filled(bucket, now) >= 1.0)
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + since * self.per_second).min(self.burst)
    }

    /// Forgets the addresses whose bucket is full again, else the one that was seen longest ago.
    fn forget(&self, buckets: &mut HashMap<IpAddr, Bucket>, now: Instant) {
        buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        if buckets.len() >= REMEMBERED
            && let Some(oldest) = buckets.iter().min_by_key(|(_, bucket)| bucket.at)
        {
            let oldest = *oldest.0;
            buckets.remove(&oldest);
        }
    }
}

/// One user has a whole /64 of IPv6.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let rates = Rates::new(2.0, 3);
        let (start, from) = (Instant::now(), "10.0.0.1".parse().unwrap());
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..3 {
            assert!(rates.has(from, start));
            rates.take(from, start).unwrap();
        }
        assert!(!rates.has(from, start));
        assert_eq!(rates.take(from, start).unwrap_err(), Duration::from_millis(500));
        rates.take("10.0.0.2".parse().unwrap(), start).unwrap();
        rates.take("::ffff:10.0.0.1".parse().unwrap(), start).unwrap_err();
        rates.take(from, at(500)).unwrap();
        rates.take(from, at(600)).unwrap_err();
        rates.take(from, at(100_000)).unwrap();
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let rates = Rates::new(1.0, 1);
        let now = Instant::now();
        rates.take("2001:db8::1".parse().unwrap(), now).unwrap();
        rates.take("2001:db8::ffff:1".parse().unwrap(), now).unwrap_err();
        rates.take("2001:db8:0:1::1".parse().unwrap(), now).unwrap();
    }

    #[test]
    fn memory_is_bounded() {
        let rates = Rates::new(0.001, 1);
        let now = Instant::now();
        for i in 0..5000u32 {
            let _ = rates.take(IpAddr::V4((0x0a00_0000 + i).into()), now);
        }
        assert!(rates.buckets.lock().unwrap().len() <= REMEMBERED);
        for rate in [f64::NAN, -1.0, 0.0, f64::INFINITY] {
            let rates = Rates::new(rate, 1);
            rates.take("10.0.0.1".parse().unwrap(), now).unwrap();
            let _ = rates.take("10.0.0.1".parse().unwrap(), now);
        }
    }
}
