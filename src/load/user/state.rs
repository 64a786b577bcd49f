//! Values of any type that the author of the checks keeps for a user.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;

/// One value of each type, dropped with its user.
#[derive(Default)]
pub(crate) struct State(HashMap<TypeId, Box<dyn Any + Send>>);

impl State {
    pub(crate) fn set<T: Any + Send>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Box::new(value));
    }

    pub(crate) fn get<T: Any + Send>(&mut self) -> Option<&mut T> {
        self.0.get_mut(&TypeId::of::<T>())?.downcast_mut()
    }

    pub(crate) fn take<T: Any + Send>(&mut self) -> Option<T> {
        self.0.remove(&TypeId::of::<T>())?.downcast().ok().map(|value| *value)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&self.0.len()).finish()
    }
}
