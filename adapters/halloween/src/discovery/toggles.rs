//! Switching workers off by environment variables (Halloween sheet, section 4.3).

use journeyman_core::settings::{ConfigError, variables};

use crate::Profile;

/// The variables, and what they mean.
pub const TOGGLE_VARIABLES: &[(&str, &str)] = &[
    ("WORKER_DISABLE_ALL_BUILTINS", "`1`: no built-in workers"),
    ("WORKER_BUILTINS_ALLOW", "only these built-in workers, separated by commas"),
    ("WORKER_BUILTINS_DISABLE", "not these built-in workers"),
    ("WORKER_DISABLE_ALL_PROPS", "`1`: no props (profile head)"),
    ("WORKER_PROPS_ALLOW", "only these props, by the names of their folders (profile head)"),
    ("WORKER_PROPS_DISABLE", "not these props (profile head)"),
];

/// What is switched off of one kind. Disable-all comes first, then the list of what is allowed
/// unless it is empty, then the list of what is disabled. Case matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Toggle {
    /// Everything is off.
    pub disable_all: bool,
    /// Only these are on, unless it is empty.
    pub allow: Vec<String>,
    /// These are off, unless something is in `allow`.
    pub disable: Vec<String>,
}

impl Toggle {
    /// Whether the worker of this name is on.
    pub fn allows(&self, name: &str) -> bool {
        let has = |list: &[String]| list.iter().any(|item| item == name);
        match () {
            () if self.disable_all => false,
            () if !self.allow.is_empty() => has(&self.allow),
            () => !has(&self.disable),
        }
    }
}

/// What is switched off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Toggles {
    /// Built-in workers.
    pub builtins: Toggle,
    /// Props.
    pub props: Toggle,
}

impl Toggles {
    /// Reads the environment variables of the profile.
    ///
    /// # Errors
    /// One of them is not valid UTF-8.
    pub fn from_env(profile: Profile) -> Result<Self, ConfigError> {
        let names = TOGGLE_VARIABLES.iter().map(|(name, _)| *name);
        Ok(Self::from_vars(profile, variables(names)?))
    }

    /// As [`from_env`](Self::from_env), from variables of one's own. Others are ignored.
    pub fn from_vars(profile: Profile, vars: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut toggles = Self::default();
        for (name, value) in vars {
            // Upstream switches it on with exactly this.
            let on = value == "1";
            match (name.as_str(), profile) {
                ("WORKER_DISABLE_ALL_BUILTINS", _) => toggles.builtins.disable_all = on,
                ("WORKER_BUILTINS_ALLOW", _) => toggles.builtins.allow = list(&value),
                ("WORKER_BUILTINS_DISABLE", _) => toggles.builtins.disable = list(&value),
                ("WORKER_DISABLE_ALL_PROPS", Profile::Head) => toggles.props.disable_all = on,
                ("WORKER_PROPS_ALLOW", Profile::Head) => toggles.props.allow = list(&value),
                ("WORKER_PROPS_DISABLE", Profile::Head) => toggles.props.disable = list(&value),
                _ => {}
            }
        }
        toggles
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
