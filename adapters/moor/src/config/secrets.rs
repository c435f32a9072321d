//! Where the enrollment token comes from.

use std::{io, path::PathBuf};

use journeyman_core::Secret;

use super::{Config, ConfigError, TOKEN_VARIABLE};

impl Config {
    /// Reads the enrollment token from the variable or file that is named for it, if one is.
    ///
    /// # Errors
    /// [`ConfigError`] when the one that is named can not be read.
    pub fn load_secrets(&mut self) -> Result<(), ConfigError> {
        self.load_secrets_with(|name| std::env::var(name).ok())
    }

    pub(super) fn load_secrets_with(
        &mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(), ConfigError> {
        if let Some(name) = self.enrollment_token_env.take() {
            let Some(text) = variable(&name).filter(|text| !text.is_empty()) else {
                return Err(ConfigError::new(
                    "enrollment_token_env",
                    name,
                    "this environment variable is not set; set it to the enrollment token",
                ));
            };
            self.enrollment_token = Secret::new(text);
        }
        // An explicit token comes before a file, as upstream has it (mooR sheet, section 7.5).
        if self.enrollment_token.is_empty()
            && let Some(path) = self.enrollment_token_file.take()
        {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                let problem = format!("can not be read ({error}); give the daemon's token file");
                ConfigError::new("enrollment_token_file", path.display(), problem)
            })?;
            self.enrollment_token = Secret::new(text.trim());
        }
        Ok(())
    }

    /// The enrollment token: that of the settings, else of the file where a daemon of the same
    /// user keeps it.
    ///
    /// # Errors
    /// There is none; the error names the places.
    pub fn token(&self) -> Result<Secret, ConfigError> {
        if !self.enrollment_token.is_empty() {
            return Ok(self.enrollment_token.clone());
        }
        let default = default_token_file();
        let place = default.as_ref().map_or_else(String::new, |path| path.display().to_string());
        match default.map(std::fs::read_to_string) {
            Some(Ok(text)) if !text.trim().is_empty() => Ok(Secret::new(text.trim())),
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                let problem = format!("{place} can not be read ({error})");
                Err(ConfigError::bare("enrollment_token", problem))
            }
            _ => Err(ConfigError::bare(
                "enrollment_token",
                format!(
                    "is needed to enroll at the daemon; set {TOKEN_VARIABLE}, or name the daemon's \
                     token file with `enrollment_token_file`; {place} is not there either"
                ),
            )),
        }
    }
}

/// Where a daemon keeps the token by default (mooR sheet, section 7.4).
fn default_token_file() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let folder = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".config")))?;
    Some(folder.join("moor").join("enrollment-token"))
}
