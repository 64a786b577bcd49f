//! Variables of other tools: their names, and the values that the tools make up.

use super::document::Node;
use super::losses::Losses;
use super::text::Text;

/// Text of a tool, in which variables stand between two braces.
pub(super) fn text(text: &str, line: usize, losses: &mut Losses) -> Text {
    Text::read(text, |name| variable(name, line, losses))
}

/// Text of a member of a document; empty where there is none.
pub(super) fn text_of(node: &Node, key: &str, losses: &mut Losses) -> Text {
    node.get(key).map_or_else(Text::default, |value| text(&value.scalar().unwrap_or_default(), value.line, losses))
}

/// Name that Hurl can have: letters, digits, `_` and `-`, a letter first.
pub(super) fn name(name: &str) -> String {
    let mut known = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') => known.push(c),
            c if c.is_ascii() => known.push('_'),
            // Letters of other alphabets by their numbers: two names stay two.
            c => known.push_str(&format!("u{:x}", c as u32)),
        }
    }
    if !known.starts_with(|c: char| c.is_ascii_alphabetic()) {
        known.insert_str(0, "v_");
    }
    // Functions of Hurl have these names.
    if matches!(known.as_str(), "newUuid" | "newDate") { format!("{known}_") } else { known }
}

/// What stands between two braces: a variable, or `$` and a word for a value that the tool makes up.
fn variable(word: &str, line: usize, losses: &mut Losses) -> Text {
    let Some(made_up) = word.strip_prefix('$') else {
        return Text::variable(name(word));
    };
    let mut words = made_up.split_whitespace();
    let first = words.next().unwrap_or_default();
    let function = first.split('(').next().unwrap_or_default();
    match function {
        "guid" | "uuid" | "randomUUID" | "random.uuid" => Text::variable("newUuid"),
        "isoTimestamp" => Text::variable("newDate"),
        "datetime" if words.next() == Some("iso8601") => Text::variable("newDate"),
        "processEnv" | "dotenv" => Text::variable(name(words.next().unwrap_or("variable").trim_start_matches('%'))),
        _ if function.starts_with("env.") => Text::variable(name(&function[4..])),
        _ if function.to_ascii_lowercase().contains("email") => {
            losses.note(
                line,
                format!("{{{{{word}}}}}: it is an address with unique_id in it, which no other iteration has"),
            );
            let mut address = Text::variable("unique_id");
            address.push(Text::plain("@example.com"));
            address
        }
        _ => {
            losses.note(line, format!("{{{{{word}}}}}: it is unique_id, which no other iteration has"));
            Text::variable("unique_id")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_hurl_can_have() {
        for (given, expected) in
            [("base.url", "base_url"), ("2nd", "v_2nd"), ("a-b_c", "a-b_c"), ("newUuid", "newUuid_")]
        {
            assert_eq!(name(given), expected);
        }
    }

    #[test]
    fn values_that_are_made_up_are_functions_of_hurl_or_told_as_lost() {
        let mut losses = Losses::default();
        for (given, expected) in [
            ("{{$guid}}/{{$random.uuid}}", "{{newUuid}}/{{newUuid}}"),
            ("{{$isoTimestamp}}", "{{newDate}}"),
            ("{{$datetime iso8601}}", "{{newDate}}"),
            ("{{$processEnv API.KEY}}", "{{API_KEY}}"),
            ("{{$env.HOME}}", "{{HOME}}"),
        ] {
            assert_eq!(text(given, 1, &mut losses).raw(), expected);
        }
        assert!(losses.all.is_empty());
        assert_eq!(text("{{$randomInt}}", 7, &mut losses).raw(), "{{unique_id}}");
        assert_eq!(text("{{$randomEmail}}", 8, &mut losses).raw(), "{{unique_id}}@example.com");
        assert_eq!(losses.all.iter().map(|loss| loss.line).collect::<Vec<_>>(), [7, 8]);
    }
}
