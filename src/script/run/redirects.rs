//! Redirects of an entry: whether they are followed, and how many.

use crate::load::RedirectRules;
use crate::script::plan::{Count, Follow};

/// Redirects followed where nothing says how many.
const MOST: u64 = 50;

/// Redirects that an entry follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redirects {
    pub(crate) rules: RedirectRules,
    most: Count,
}

impl Redirects {
    /// Redirects that the options of an entry say, or else the run, which follows so many. `None` when none are
    /// followed.
    pub(crate) fn new(follow: Option<Follow>, most: Option<Count>, of_run: u32, rules: RedirectRules) -> Option<Self> {
        let by_default = if of_run > 0 { Count::Times(of_run.into()) } else { Count::Times(MOST) };
        let trusts_all = match follow {
            None if of_run > 0 => false,
            Some(Follow::Yes) => false,
            Some(Follow::Trusting) => true,
            None | Some(Follow::No) => return None,
        };
        Some(Redirects { rules: RedirectRules { trusts_all, ..rules }, most: most.unwrap_or(by_default) })
    }

    /// # Errors
    /// One line, when this would be one redirect too many.
    pub(crate) fn admit(&self, number: u64) -> Result<(), String> {
        match self.most {
            Count::Times(most) if number > most => Err(format!("more than {most} redirects")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirects(follow: Option<Follow>, most: Option<Count>, of_run: u32) -> Option<Redirects> {
        Redirects::new(follow, most, of_run, RedirectRules::default())
    }

    #[test]
    fn an_entry_follows_redirects_if_it_says_so_or_else_as_the_run_does() {
        assert!(redirects(None, None, 0).is_none() && redirects(Some(Follow::No), None, 10).is_none());
        let trusts = |follow, of_run| redirects(follow, None, of_run).map(|redirects| redirects.rules.trusts_all);
        assert_eq!((trusts(None, 1), trusts(Some(Follow::Yes), 0)), (Some(false), Some(false)));
        assert_eq!(trusts(Some(Follow::Trusting), 0), Some(true));
    }

    #[test]
    fn one_redirect_too_many_is_refused() {
        let of_run = redirects(None, None, 10).expect("redirects");
        assert!(of_run.admit(10).is_ok() && of_run.admit(11).is_err_and(|error| error == "more than 10 redirects"));
        let own = redirects(Some(Follow::Yes), Some(Count::Times(2)), 10).expect("redirects");
        assert!(own.admit(2).is_ok() && own.admit(3).is_err());
        let endless = redirects(Some(Follow::Yes), Some(Count::Endless), 10).expect("redirects");
        assert!(endless.admit(1000).is_ok());
        assert!(redirects(Some(Follow::Yes), None, 0).expect("redirects").admit(50).is_ok());
    }
}
