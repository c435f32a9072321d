//! Worker ids.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Makes worker ids that nobody can guess who does not know the seed: a daemon lets whoever
/// names an id speak for it (mooR sheet, section 7.2).
#[derive(Clone)]
pub struct Ids {
    seed: [u8; 32],
    count: u64,
}

impl Ids {
    /// Ids of this seed, which is a secret and is to be used once.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, count: 0 }
    }

    /// The next id, a UUID of version 4.
    pub(super) fn next(&mut self) -> Uuid {
        self.count += 1;
        let digest = Sha256::new().chain_update(self.seed).chain_update(self.count.to_le_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ids({})", self.count)
    }
}
