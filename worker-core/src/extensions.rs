//! Typed values that travel with a job or an outcome.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
};

/// A map from type to value. Empty ones allocate nothing.
// Boxed, since every job carries one and nearly all are empty: one word instead of six.
#[allow(clippy::box_collection)]
#[derive(Default)]
pub struct Extensions(Option<Box<HashMap<TypeId, Box<dyn Any + Send + Sync>>>>);

impl Extensions {
    /// An empty map.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Adds a value; an earlier one of the same type is replaced.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.get_or_insert_default().insert(TypeId::of::<T>(), Box::new(value));
    }

    /// Adds a value and returns the map.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.insert(value);
        self
    }

    /// The value of this type.
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.0.as_ref()?.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// Takes the value of this type out.
    pub fn remove<T: 'static>(&mut self) -> Option<T> {
        let value = self.0.as_mut()?.remove(&TypeId::of::<T>())?;
        value.downcast().ok().map(|value| *value)
    }

    pub(crate) fn contains(&self, id: TypeId) -> bool {
        self.0.as_ref().is_some_and(|map| map.contains_key(&id))
    }

    pub(crate) fn append(&mut self, other: Self) {
        if let Some(other) = other.0 {
            self.0.get_or_insert_default().extend(*other);
        }
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.0.as_ref().map_or(0, |map| map.len()))
    }
}
