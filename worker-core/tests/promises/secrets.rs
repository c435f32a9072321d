//! Promise 10: secrets stay secret.

use journeyman_core::{Secret, protocol::Action};

const WORD: &str = "hunter2-is-the-password";

#[test]
fn a_secret_does_not_print() {
    let secret = Secret::new(WORD);
    let debugs = [
        format!("{secret:?}"),
        format!("{:?}", Some(&secret)),
        format!("{:#?}", vec![("token", secret.clone())]),
        format!("{:?}", Action::<()>::Store("identity".into(), secret.clone())),
    ];
    for text in debugs {
        assert!(!text.contains(WORD) && !text.contains("hunter"), "{text}");
    }
    assert_eq!(secret.expose(), WORD.as_bytes());
}

#[test]
fn an_error_about_a_secret_does_not_hold_it() {
    // What serde would say about a value of the wrong type quotes the value.
    let error = serde_json::from_str::<Secret>(&format!("[{WORD:?}]")).unwrap_err().to_string();
    assert!(!error.contains(WORD), "{error}");
    let error = serde_json::from_str::<Secret>("1234567890").unwrap_err().to_string();
    assert!(!error.contains("1234567890"), "{error}");
    let secret: Secret = serde_json::from_str(&format!("{WORD:?}")).unwrap();
    assert_eq!(secret.expose(), WORD.as_bytes());
}
