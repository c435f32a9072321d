//! Keys and tokens, the same for all servers, so that logs can be searched for them.

use std::{fs, io::Write as _, path::Path, sync::LazyLock};

use journeyman_testkit::moor::SigningKey;
use journeyman_zmq::CurveKeys;

use super::Wire;

pub(crate) const ENROLLMENT_TOKEN: &str = "enr0llment-t0ken-0f-the-c0nformance-suite";

/// What workers call themselves when they enroll.
pub(crate) const SERVICE: &str = "conformance";

static DAEMON: LazyLock<CurveKeys> = LazyLock::new(CurveKeys::generate);
static WORKER: LazyLock<CurveKeys> = LazyLock::new(CurveKeys::generate);
static SIGNING: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);

pub(crate) fn daemon_keys() -> CurveKeys {
    DAEMON.clone()
}

pub(crate) fn signing_key() -> SigningKey {
    SIGNING.clone()
}

fn text(keys: &CurveKeys) -> String {
    String::from_utf8(keys.secret_z85().expose().to_vec()).expect("Z85 is ASCII")
}

/// Puts the worker's key pair where the worker looks for it.
pub(crate) fn write_worker_key(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(folder.join(format!("{SERVICE}-curve.key")))?;
    writeln!(file, "# for tests\nsecret={}", text(&WORKER))
}

/// What must be in no log.
pub(crate) fn of(wire: Wire) -> Vec<String> {
    match wire {
        Wire::Ipc | Wire::Tcp => Vec::new(),
        Wire::Curve => vec![ENROLLMENT_TOKEN.to_owned(), text(&DAEMON), text(&WORKER)],
        Wire::Paseto => {
            let pem = SIGNING.to_pem_v1();
            let key = pem.lines().nth(1).expect("a line of base64");
            // How every token begins.
            vec![key.to_owned(), "v4.public.".to_owned()]
        }
    }
}
