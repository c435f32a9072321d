//! What a worker tells about its machine when it registers (DistWorker sheet, section 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::structs::encode_object;
use crate::wire;

/// Largest `additional` map in bytes. It is sent with every registration.
const ADDITIONAL_LIMIT: usize = 1 << 20;

/// The machine, as the controller shows it. What is not given is measured.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ResourceInfo {
    /// Host name.
    pub hostname: Option<String>,
    /// Logical processors.
    pub cpu_cores: Option<i32>,
    /// Memory in MiB.
    pub memory_mb: Option<i64>,
    /// Anything else. The controller shows these keys beside the three above, and lets them win.
    pub additional: BTreeMap<String, ResourceValue>,
}

/// A value in [`ResourceInfo::additional`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ResourceValue {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number, within what a double carries exactly.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Map(BTreeMap<String, Self>),
}

macro_rules! from {
    ($($source:ty => $variant:ident,)*) => {$(
        impl From<$source> for ResourceValue {
            fn from(value: $source) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! { bool => Bool, i32 => Integer, u32 => Integer, i64 => Integer, f64 => Float, &str => Text,
String => Text, }

impl ResourceInfo {
    /// The message to register with. `measured` gives what the configuration leaves open; what
    /// neither has, is left out.
    ///
    /// # Errors
    /// [`ConfigError`] when `additional` holds something that the wire can not carry.
    pub fn to_wire(&self, measured: &Self) -> Result<wire::ResourceInfo, ConfigError> {
        let additional = if self.additional.is_empty() {
            None
        } else {
            encode_object(&self.additional, "value", ADDITIONAL_LIMIT)
                .map_err(|error| ConfigError::bare("resource_info.additional", error.to_string()))?
        };
        Ok(wire::ResourceInfo {
            hostname: self
                .hostname
                .as_ref()
                .or(measured.hostname.as_ref())
                .cloned()
                .unwrap_or_default(),
            cpu_cores: self.cpu_cores.or(measured.cpu_cores).unwrap_or_default(),
            memory_mb: self.memory_mb.or(measured.memory_mb).unwrap_or_default(),
            additional,
        })
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if let Some(cores) = self.cpu_cores.filter(|cores| *cores < 0) {
            return Err(ConfigError::new(
                "resource_info.cpu_cores",
                cores,
                "must not be negative; leave it out to have it measured",
            ));
        }
        if let Some(memory) = self.memory_mb.filter(|memory| *memory < 0) {
            return Err(ConfigError::new(
                "resource_info.memory_mb",
                memory,
                "must not be negative; leave it out to have it measured",
            ));
        }
        self.to_wire(&Self::default()).map(drop)
    }
}
