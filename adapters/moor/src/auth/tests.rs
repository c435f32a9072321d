use std::{path::PathBuf, time::Duration};

use journeyman_core::backend::Store as _;
use journeyman_testkit::vectors::{Vector, Vectors};
use journeyman_zmq::CurveKeys;

use super::*;

fn vectors(name: &str) -> Vectors {
    Vectors::load(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name))
}

fn seed(vector: &Vector) -> [u8; 32] {
    let hex = vector.value["decoded"]["ed25519_seed_hex"].as_str().unwrap();
    journeyman_testkit::vectors::unhex(hex).unwrap().try_into().unwrap()
}

/// A folder of its own for each test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("jm-{name}-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn recorded_keys_and_tokens() {
    let mut vectors = vectors("paseto_keys_tokens.jsonl");
    let v1 = vectors.take("paseto/key/openssl-v1", "private key, version 1");
    let v2 = vectors.take("paseto/key/daemon-generated-v2", "private key, version 2");
    let public = vectors.take("paseto/key/public", "public key");
    let public_v2 = vectors.take("paseto/key/daemon-generated-public", "public key");
    let id = "11111111-2222-4333-8444-555555555555".parse().unwrap();
    for (vector, own, other) in [(&v1, &public, &public_v2), (&v2, &public_v2, &public)] {
        let key = SigningKey::from_pem(vector.text("text")).unwrap();
        let from_seed = SigningKey::from_seed(&seed(vector));
        assert_eq!(Token::sign(&key, id), Token::sign(&from_seed, id), "{}", vector.id);
        key.check_public_pem(own.text("text")).unwrap();
        let error = key.check_public_pem(other.text("text")).unwrap_err().to_string();
        assert!(error.contains("does not belong"), "{error}");
    }

    let key = SigningKey::from_pem(v1.text("text")).unwrap();
    let tokens =
        vectors.take_where("tokens", |vector| vector.id.starts_with("paseto/token/")).into_iter();
    let (mut same, mut other) = (0, 0);
    for vector in tokens {
        let decoded = &vector.value["decoded"];
        let id: uuid::Uuid = decoded["worker_id_frame"].as_str().unwrap().parse().unwrap();
        let ours = Token::sign(&key, id);
        let good = decoded["signature_ok"] == true
            && decoded["message"] == id.to_string()
            && decoded["footer"] == FOOTER;
        assert_eq!(&**ours.expose() == vector.text("text"), good, "{}", vector.id);
        assert_eq!(ours.expose().len(), 169);
        if good { same += 1 } else { other += 1 }
    }
    assert_eq!((same, other), (4, 6));
    vectors.finish();
}

#[test]
fn recorded_curve_files() {
    let mut vectors = vectors("head_curve_files.jsonl");
    for who in ["worker", "daemon"] {
        let secret = vectors.take(&format!("curve/{who}-secret-file"), "secret key file");
        let public = vectors.take(&format!("curve/{who}-public-file"), "public key file");
        let keys = read_secret(secret.text("text")).unwrap();
        assert_eq!(keys.public(), read_public(public.text("text")).unwrap(), "{who}");
        // What we write is read again, by the same rules.
        let text = secret_text("x-worker", &keys);
        let again = read_secret(std::str::from_utf8(text.expose()).unwrap()).unwrap();
        assert_eq!(again.public(), keys.public());
        assert_eq!(read_public(&public_text("x-worker", &keys)).unwrap(), keys.public());
    }
    let daemon = vectors.take("curve/worker-identity-file", "identity file");
    let rust = vectors.take("curve/rust-identity-file", "identity file");
    for vector in [daemon, rust] {
        let identity = Identity::from_json(vector.text("text")).unwrap();
        let fields = serde_json::to_value(&identity).unwrap();
        assert_eq!(fields, vector.value["decoded"], "{}", vector.id);
        let text = identity.to_json();
        let again = Identity::from_json(std::str::from_utf8(text.expose()).unwrap()).unwrap();
        assert_eq!(again, identity);
    }
    // The daemon's own files: the token is text without an end of line, the host file a public key.
    let token = vectors.take("curve/enrollment-token-file", "token file");
    assert_eq!(token.text("text").trim(), token.text("text"));
    let host = vectors.take("curve/allowed-host-file", "allowed host file");
    read_public(host.text("text")).unwrap();
    vectors.finish();
}

#[test]
fn a_key_of_the_wrong_kind_is_named() {
    let der = |label: &str, base64: &str| {
        format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
    };
    for (text, wanted) in [
        (String::new(), "no PEM file"),
        ("secret=abc".to_owned(), "no PEM file"),
        (der("PUBLIC KEY", "MCow"), "public key; give the private"),
        (der("OPENSSH PRIVATE KEY", "MCow"), "OpenSSH"),
        (der("RSA PRIVATE KEY", "MCow"), "`RSA PRIVATE KEY`"),
        (der("ENCRYPTED PRIVATE KEY", "MCow"), "passphrase"),
        (der("PRIVATE KEY", "MCow"), "not an Ed25519 key"),
        (der("PRIVATE KEY", "*"), "no base64"),
        ("-----BEGIN PRIVATE KEY-----\nMCow\n".to_owned(), "cut off"),
    ] {
        let error = SigningKey::from_pem(&text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text:?}: {error}");
    }
    for (text, wanted) in [
        ("", "it is empty"),
        ("# only a comment\n", "it is empty"),
        ("public=)rBk55dY)+w2uoTx<={ww4OQYrzumwsJ+]f{a^W^", "it has `public`"),
        ("secret=short", "cannot be used"),
        ("no equals sign", "a line that is not"),
    ] {
        let error = read_secret(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text:?}: {error}");
    }
    let error = Identity::from_json("{}").unwrap_err().to_string();
    assert!(error.contains("no identity file") && error.contains("service_uuid"), "{error}");
}

#[test]
fn no_key_prints() {
    let key = SigningKey::from_seed(&[7; 32]);
    let id = uuid::Uuid::from_u128(1);
    let token = Token::sign(&key, id);
    let keys = CurveKeys::generate();
    let shown = format!("{key:?} {token:?} {keys:?}");
    let secret = keys.secret_z85();
    assert!(!shown.contains(std::str::from_utf8(secret.expose()).unwrap()), "{shown}");
    assert!(!shown.contains("v4.public") && !shown.contains("[7, 7"), "{shown}");
}

#[test]
fn keys_and_identity_are_kept_on_disk() {
    let folder = Folder::new("keys");
    let files = DataDir::new(folder.0.join("new"), "echo-worker");
    assert!(files.existing_keys().unwrap().is_none());
    let keys = files.keys().unwrap();
    assert_eq!(files.keys().unwrap().public(), keys.public(), "made once");
    #[cfg(unix)]
    assert_eq!(open_to_others(&files.file("curve.key")), None, "for its owner alone");
    let public = std::fs::read_to_string(files.file("curve.pub")).unwrap();
    assert_eq!(read_public(&public).unwrap(), keys.public());

    assert_eq!(files.identity().unwrap(), None);
    let identity = Identity {
        service_uuid: "7c80946f-9551-491a-9eb1-6d8741a14d55".to_owned(),
        service_type: "echo-worker".to_owned(),
        hostname: "here".to_owned(),
        daemon_curve_public_key: keys.public().to_z85(),
        enrolled_at: rfc3339(std::time::UNIX_EPOCH + Duration::from_secs(951_827_696)),
    };
    assert_eq!(identity.enrolled_at, "2000-02-29T12:34:56+00:00");
    files.store(DataDir::IDENTITY, &identity.to_json()).unwrap();
    assert_eq!(files.identity().unwrap(), Some(identity));
    std::fs::write(files.file(DataDir::IDENTITY), "{").unwrap();
    let error = files.identity().unwrap_err().to_string();
    assert!(error.contains("echo-worker-identity.json") && error.contains("delete"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_noticed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("mode");
    let path = folder.0.join("key.pem");
    std::fs::write(&path, "x").unwrap();
    for (mode, open) in [(0o600, None), (0o644, Some(0o644)), (0o400, None)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(open_to_others(&path), open);
    }
}
