//! The files of a daemon: keys, the enrollment token, the allowed hosts (mooR sheet, sections
//! 6.2, 7.3 and 7.4).

use super::config::Config;
use super::token::SigningKey;
use journeyman_zmq::CurveKeys;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Where the files of a daemon are, in one folder. The real daemon spreads them over three.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// The files of a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The Ed25519 private key, as the daemon writes it: PKCS#8 of version 2.
    #[must_use]
    pub fn signing_key(&self) -> PathBuf {
        self.folder.join("moor-signing-key.pem")
    }

    /// The same key as OpenSSL writes it: PKCS#8 of version 1, which Python can read.
    #[must_use]
    pub fn signing_key_v1(&self) -> PathBuf {
        self.folder.join("moor-signing-key-v1.pem")
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn verifying_key(&self) -> PathBuf {
        self.folder.join("moor-verifying-key.pem")
    }

    /// The daemon's CURVE secret key.
    #[must_use]
    pub fn curve_secret(&self) -> PathBuf {
        self.folder.join("daemon-curve.key")
    }

    /// The daemon's CURVE public key.
    #[must_use]
    pub fn curve_public(&self) -> PathBuf {
        self.folder.join("daemon-curve.pub")
    }

    /// The secret that enrolls. It is read at every enrollment.
    #[must_use]
    pub fn enrollment_token(&self) -> PathBuf {
        self.folder.join("enrollment-token")
    }

    /// One file for each key that was enrolled, by the name of its service UUID.
    #[must_use]
    pub fn allowed_hosts(&self) -> PathBuf {
        self.folder.join("allowed-hosts")
    }
}

/// Keys and secrets of a daemon, given, read or made.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) signing: SigningKey,
    pub(crate) curve: CurveKeys,
    pub(crate) token: String,
}

impl Keys {
    /// Takes what is given, else what is in the folder, else new ones; the folder has them all
    /// afterwards.
    pub(crate) fn open(config: &Config) -> Result<Self, String> {
        let files = config.folder.as_ref().map(Files::new);
        let read = |path: fn(&Files) -> PathBuf| -> Result<Option<String>, String> {
            let Some(path) = files.as_ref().map(path) else { return Ok(None) };
            match fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(format!("{}: {error}", path.display())),
            }
        };
        let signing = match (&config.signing_key, read(Files::signing_key)?) {
            (Some(key), _) => key.clone(),
            (None, Some(text)) => SigningKey::from_pem(&text)?,
            (None, None) => SigningKey::generate(),
        };
        let curve = match (&config.curve_keys, read(Files::curve_secret)?) {
            (Some(keys), _) => keys.clone(),
            (None, Some(text)) => {
                let secret = value_of(&text, "secret").ok_or("daemon-curve.key: no `secret=`")?;
                CurveKeys::from_secret_z85(secret).map_err(|error| error.to_string())?
            }
            (None, None) => CurveKeys::generate(),
        };
        let token = match (&config.enrollment_token, read(Files::enrollment_token)?) {
            (Some(token), _) => token.clone(),
            (None, Some(text)) => text.trim().to_owned(),
            (None, None) => Uuid::new_v4().to_string(),
        };
        let keys = Self { signing, curve, token };
        if let Some(files) = &files {
            keys.write(files).map_err(|error| format!("{}: {error}", files.folder.display()))?;
        }
        Ok(keys)
    }

    fn write(&self, files: &Files) -> io::Result<()> {
        fs::create_dir_all(&files.folder)?;
        private_folder(&files.allowed_hosts())?;
        private(&files.signing_key(), &self.signing.to_pem_v2())?;
        private(&files.signing_key_v1(), &self.signing.to_pem_v1())?;
        fs::write(files.verifying_key(), self.signing.public_pem())?;
        let secret = self.curve.secret_z85();
        let secret = String::from_utf8_lossy(secret.expose());
        let made = now();
        let file = |kind: &str, line: &str| {
            format!("# mooR Daemon CURVE {kind} Key\n# Generated: {made}\n{line}\n")
        };
        private(&files.curve_secret(), &file("Secret", &format!("secret={secret}")))?;
        let public = file("Public", &format!("public={}", self.curve.public()));
        fs::write(files.curve_public(), public)?;
        private(&files.enrollment_token(), &self.token)
    }
}

/// The value of a `key=value` line; comments and other lines are passed over. A value may hold
/// `=` itself.
fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('='))
        .find_map(|(name, value)| (name.trim() == key).then(|| value.trim()))
}

#[cfg(unix)]
fn private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn private(path: &Path, text: &str) -> io::Result<()> {
    fs::File::create(path)?.write_all(text.as_bytes())
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// The keys that may connect, by the UUID of their service.
#[derive(Debug)]
pub(crate) struct AllowedHosts {
    keys: Mutex<HashMap<String, String>>,
    folder: Option<PathBuf>,
    limit: usize,
}

impl AllowedHosts {
    /// Those of the folder, which are read this once.
    pub(crate) fn open(folder: Option<&Path>, limit: usize) -> Result<Self, String> {
        let folder = folder.map(|folder| Files::new(folder).allowed_hosts());
        let mut keys = HashMap::new();
        if let Some(folder) = &folder {
            let entries = fs::read_dir(folder);
            let entries = entries.map_err(|error| format!("{}: {error}", folder.display()))?;
            for entry in entries.flatten().take(limit) {
                let text = fs::read_to_string(entry.path()).unwrap_or_default();
                if let Some(key) = value_of(&text, "public") {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    keys.insert(name, key.to_owned());
                }
            }
        }
        Ok(Self { keys: Mutex::new(keys), folder, limit })
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a public key, in Z85, may connect.
    pub(crate) fn allows(&self, key: &str) -> bool {
        self.keys().values().any(|allowed| allowed == key)
    }

    /// Adds a key under a new UUID. The same key may be there several times.
    pub(crate) fn add(
        &self,
        key: &str,
        service_type: &str,
        hostname: &str,
    ) -> Result<Uuid, String> {
        let mut keys = self.keys();
        if keys.len() >= self.limit {
            return Err("too many hosts".to_owned());
        }
        let uuid = Uuid::new_v4();
        if let Some(folder) = &self.folder {
            // One line each, whatever the worker calls itself.
            let line = |text: &str| text.replace(['\n', '\r'], " ");
            let text = format!(
                "# Service: {} ({})\n# Enrolled: {}\npublic={key}\n",
                line(service_type),
                line(hostname),
                now()
            );
            let path = folder.join(uuid.to_string());
            private(&path, &text).map_err(|error| error.to_string())?;
        }
        keys.insert(uuid.to_string(), key.to_owned());
        Ok(uuid)
    }
}

/// This moment in RFC 3339.
fn now() -> String {
    rfc3339(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn rfc3339(since_epoch: Duration) -> String {
    const DAY: u64 = 86_400;
    let seconds = since_epoch.as_secs();
    let (mut days, time) = (seconds / DAY, seconds % DAY);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (day, nanos) = (days + 1, since_epoch.subsec_nanos());
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000000000+00:00"),
            (951_782_400, "2000-02-29T00:00:00.000000000+00:00"),
            (1_735_689_599, "2024-12-31T23:59:59.000000000+00:00"),
            (1_795_268_091, "2026-11-21T13:34:51.000000000+00:00"),
        ] {
            assert_eq!(rfc3339(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn lines_of_key_files() {
        let text = "# x=1\n\n public = a=b&c \nother=2\n";
        assert_eq!(value_of(text, "public"), Some("a=b&c"));
        assert_eq!(value_of(text, "x"), None);
    }

    #[test]
    fn keys_and_hosts_survive_in_their_folder() {
        let folder = std::env::temp_dir().join(format!("moor-files-{}", Uuid::new_v4()));
        let config = Config::curve().folder(&folder);
        let keys = Keys::open(&config).unwrap();
        let hosts = AllowedHosts::open(Some(&folder), 2).unwrap();
        let uuid = hosts.add("k=1", "probe\nworker", "host").unwrap();
        assert!(hosts.allows("k=1") && !hosts.allows("k"));

        let again = Keys::open(&config).unwrap();
        assert_eq!(again.signing.public_pem(), keys.signing.public_pem());
        assert_eq!(again.curve.public(), keys.curve.public());
        assert_eq!(again.token, keys.token);
        let hosts = AllowedHosts::open(Some(&folder), 2).unwrap();
        assert!(hosts.allows("k=1"));
        let file = Files::new(&folder).allowed_hosts().join(uuid.to_string());
        assert!(fs::read_to_string(file).unwrap().starts_with("# Service: probe worker (host)\n"));
        hosts.add("k2", "", "").unwrap();
        assert_eq!(hosts.add("k3", "", ""), Err("too many hosts".to_owned()));
        fs::remove_dir_all(folder).unwrap();
    }
}
