//! Classes of users, as a master writes them.

/// Class of the run that a master's name means: the one of this name, or of the name that a class of Python can have, or
/// the only one there is. `None` if there is none.
pub(super) fn meant<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let by_name = known.iter().find(|class| *class == name);
    let by_identifier = || known.iter().find(|class| identifier(class) == name);
    let only = || if let [only] = known { Some(only) } else { None };
    by_name.or_else(by_identifier).or_else(only).map(String::as_str)
}

/// The name of a class as Python's classes can have it.
pub(crate) fn identifier(class: &str) -> String {
    let mut name: String = class.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_meant_by_its_name_or_its_identifier_and_the_only_one_by_any() {
        let known = ["shopper".to_owned(), "mystery shopper".to_owned()];
        assert_eq!(meant("shopper", &known), Some("shopper"));
        assert_eq!(meant("mystery_shopper", &known), Some("mystery shopper"));
        assert_eq!(meant("Other", &known), None);
        assert_eq!(meant("Other", &known[..1]), Some("shopper"));
        assert_eq!((identifier("2 of us"), identifier("")), ("_2_of_us".into(), "_".into()));
    }
}
