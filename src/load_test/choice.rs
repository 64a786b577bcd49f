//! Choice among the classes of a load test.

use super::LoadTest;
use crate::error::Error;
use crate::load::UserClass;

impl LoadTest {
    /// The classes that were added, each with its weight and the names of its checks.
    pub(crate) fn class_names(&self) -> Vec<(String, u32, Vec<String>)> {
        let names = |class: &UserClass| class.checks().into_iter().map(|check| check.name).collect();
        self.classes.iter().map(|class| (class.name().to_owned(), class.weight_of(), names(class))).collect()
    }

    /// The test with these classes off, or on with another weight.
    ///
    /// # Errors
    /// When one is not there, or none would be left.
    pub(crate) fn choosing(mut self, wished: &[(&str, bool, Option<u32>)]) -> Result<Self, Error> {
        for (name, is_on, weight) in wished {
            let Some(place) = self.classes.iter().position(|class| class.name() == *name) else {
                return Err(Error::usage(format!("‹classes›: there is no class '{name}'")));
            };
            match weight {
                _ if !is_on => drop(self.classes.remove(place)),
                Some(0) => {
                    return Err(Error::usage(format!("‹classes›: the weight of '{name}' is 0; switch it off instead")));
                }
                Some(weight) => self.classes[place] = self.classes[place].clone().weight(*weight),
                None => {}
            }
        }
        if self.classes.is_empty() && self.checks.is_empty() && !wished.is_empty() {
            return Err(Error::usage("‹classes›: all are switched off; leave one on"));
        }
        Ok(self)
    }
}
