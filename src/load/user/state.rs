//! What an author keeps for each user.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;

use crate::load::user::User;

/// One value of each type, for one user. Dropped with it.
#[derive(Default)]
pub(crate) struct State(HashMap<TypeId, Box<dyn Any + Send>>);

impl User {
    /// Keeps a value of the author's own for this user, until its end; it replaces one of the same type.
    ///
    /// ```
    /// use perfloop::User;
    ///
    /// struct Cart(Vec<u32>);
    ///
    /// fn login(user: &mut User) {
    ///     user.set_state(Cart(Vec::new()));
    /// }
    ///
    /// fn add(user: &mut User) {
    ///     user.state::<Cart>().0.push(7);
    /// }
    /// ```
    pub fn set_state<T: Any + Send>(&mut self, value: T) {
        self.state.0.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// The value of this type that is [kept](Self::set_state) for this user.
    ///
    /// # Panics
    /// When there is none, which makes the check a fail that says so.
    #[track_caller]
    pub fn state<T: Any + Send>(&mut self) -> &mut T {
        match self.get_state() {
            Some(value) => value,
            None => panic!("no {} is kept for this user; call set_state in on_start", type_name::<T>()),
        }
    }

    /// The value of this type that is kept for this user, if there is one.
    pub fn get_state<T: Any + Send>(&mut self) -> Option<&mut T> {
        self.state.0.get_mut(&TypeId::of::<T>())?.downcast_mut()
    }

    /// Takes the value of this type out.
    pub fn take_state<T: Any + Send>(&mut self) -> Option<T> {
        self.state.0.remove(&TypeId::of::<T>())?.downcast().ok().map(|value| *value)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&self.0.len()).finish()
    }
}
