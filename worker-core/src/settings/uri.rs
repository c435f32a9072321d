//! Settings from one URI.

use super::ConfigError;

/// The options behind the `?` of a URI, with values percent-decoded: name and value.
///
/// # Errors
/// Each value that is not valid percent-encoded UTF-8.
pub fn options(query: &str) -> impl Iterator<Item = Result<(&str, String), ConfigError>> {
    query.split('&').filter(|option| !option.is_empty()).map(|option| {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        percent_decode(value)
            .map(|value| (name, value))
            .ok_or_else(|| ConfigError::bare(name, "its value is not valid percent-encoded UTF-8"))
    })
}

/// Refuses an option that holds a secret, because URIs end up in logs and process lists.
///
/// # Errors
/// The option is one of the names for secrets; `instead` says what to write.
pub fn no_secret(name: &str, names: &[&str], instead: &str) -> Result<(), ConfigError> {
    if names.contains(&name) {
        let problem = format!("secrets do not belong into URIs; use {instead}");
        return Err(ConfigError::bare(name, problem));
    }
    Ok(())
}

/// A URI for messages: user, password and query are replaced by `…`.
pub fn redacted(uri: &str) -> String {
    let (uri, query) = match uri.find(['?', '#']) {
        Some(end) => (&uri[..end], "?…"),
        None => (uri, ""),
    };
    let (scheme, rest) = match uri.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), uri),
    };
    match rest.rsplit_once('@') {
        // A password may hold a slash, so what stands before the last `@` counts, path or not.
        Some((_, rest)) => format!("{scheme}…@{rest}{query}"),
        None => format!("{scheme}{rest}{query}"),
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push((high * 16 + low) as u8);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_decoded_and_named_when_wrong() {
        let read: Vec<_> = options("a=1&&b=%2Ftmp%2fx&c").map(Result::unwrap).collect();
        let wanted = [("a", "1"), ("b", "/tmp/x"), ("c", "")];
        assert_eq!(read, wanted.map(|(name, value)| (name, value.to_owned())));
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            let error = options(bad).next().unwrap().unwrap_err();
            assert_eq!(error.key(), "a", "{bad}");
        }
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        for (uri, shown) in [
            ("x+tcp://me:p/w@host:1/p?token=t#f", "x+tcp://…@host:1/p?…"),
            ("x+ipc:///tmp/a", "x+ipc:///tmp/a"),
            ("no scheme?x", "no scheme?…"),
        ] {
            assert_eq!(redacted(uri), shown);
        }
    }
}
