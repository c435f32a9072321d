use super::*;

#[test]
fn long_messages_are_cut_between_characters() {
    let text = format!("{}é", "x".repeat(MAX_MESSAGE - 1));
    assert_eq!(cut(text.clone()).chars().filter(|c| *c == 'é').count(), 0);
    assert_eq!(cut("short".to_owned()), "short");
    assert!(cut(text).ends_with('…'));
}
