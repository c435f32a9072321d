//! A quick hash for small maps.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map with a quick hash. Peers could choose keys that collide, so it is only for maps whose
/// size is bounded (jobs in flight) or that peers put nothing into (routes, tokens).
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

/// Hashes eight bytes with one multiplication.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuickHasher(u64);

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            word[7] = rest.len() as u8;
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        // Both halves of the product, since the table looks at both ends of the hash.
        let product =
            u128::from(self.0 ^ number ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn hashes_of_similar_keys_spread() {
        let build = BuildHasherDefault::<QuickHasher>::default();
        let hash = |key: &str| build.hash_one(key);
        assert_eq!(hash("a"), hash("a"));
        assert_ne!(hash("a"), hash("a\0"), "the length counts");
        assert_ne!(hash("12345678a"), hash("a12345678"));
        // Of 4096 numbered ids, no bucket of 4096 gets more than chance would give it: at the low
        // end, where the table takes its index from, and at the high end, its tag.
        for shift in [0, 52] {
            let mut buckets = vec![0u32; 4096];
            for i in 0..4096 {
                buckets[(hash(&format!("job-{i}")) >> shift) as usize & 4095] += 1;
            }
            let most = buckets.iter().max();
            assert!(most < Some(&12), "{most:?}");
        }
    }
}
