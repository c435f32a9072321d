//! Settings from environment variables.

use super::ConfigError;

/// Those of the given environment variables that are set and not empty: name and value. Others
/// are not looked at, so that they need not be valid text.
///
/// # Errors
/// A variable holds no valid UTF-8.
pub fn variables<'a>(
    names: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<(String, String)>, ConfigError> {
    let mut found = Vec::new();
    for name in names {
        match std::env::var(name) {
            Ok(value) if value.is_empty() => {}
            Ok(value) => found.push((name.to_owned(), value)),
            Err(std::env::VarError::NotPresent) => {}
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(ConfigError::bare(name, "is not valid UTF-8 text"));
            }
        }
    }
    Ok(found)
}
