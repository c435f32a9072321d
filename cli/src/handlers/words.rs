//! A command line as words.

/// Splits at white space; `'…'` and `"…"` keep a word together. There is no other escape and no
/// shell: what is not a quote is itself.
pub(super) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some(end) if end == c => break,
                        Some(inside) => word.push(inside),
                        None => return Err(format!("the quote {c} is not closed")),
                    }
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_together() {
        for (text, words) in [
            ("a b  c", vec!["a", "b", "c"]),
            ("  ", vec![]),
            ("a 'b c' \"d 'e\"", vec!["a", "b c", "d 'e"]),
            ("x='1 2'", vec!["x=1 2"]),
            ("a ''", vec!["a", ""]),
            (r"C:\x", vec![r"C:\x"]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert!(split("a 'b").is_err());
    }
}
