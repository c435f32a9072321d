//! The stand-in's signatures against the recorded ones.

mod distworker_support;

use distworker_support::vector_path;
use journeyman_testkit::distworker::{registration_signature, request_signature};
use journeyman_testkit::vectors::{Vectors, unhex};

#[test]
fn registration_signatures_equal_the_controllers() {
    let mut vectors = Vectors::load(vector_path("hmac.jsonl"));
    for line in vectors.take_where("signature", |line| line.channel() == "hmac websocket") {
        let decoded = &line.value["decoded"];
        let text = |key: &str| decoded[key].as_str().unwrap();
        let signature = registration_signature(text("token"), text("day"), &line.frame());
        assert_eq!(Some(signature.to_vec()), unhex(text("signature_hex")), "{}", line.id);
    }
    assert_eq!(vectors.finish(), 8);
}

#[test]
fn request_signatures_equal_the_controllers() {
    let mut vectors = Vectors::load(vector_path("http_signing.jsonl"));
    for line in vectors.take_where("signature", |line| line.channel() == "hmac http") {
        let decoded = &line.value["decoded"];
        let text = |key: &str| decoded[key].as_str().unwrap();
        let signature = request_signature(text("token"), text("day"), line.text("text"));
        assert_eq!(signature, text("signature_hex"), "{}", line.id);
    }
    assert_eq!(vectors.finish(), 4);
}
