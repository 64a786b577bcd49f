//! The word that was meant, for messages about one that is not known.

/// A word this similar is what was meant, by the measure of Jaro from 0 to 1; clap suggests flags by the same one.
const SIMILAR: f64 = 0.7;

/// Of the known words the most similar one, if any is similar enough to have been meant.
pub(crate) fn nearest<T: AsRef<str>>(word: &str, known: impl IntoIterator<Item = T>) -> Option<T> {
    let rated = known.into_iter().map(|known| (strsim::jaro(word, known.as_ref()), known));
    let similar = rated.filter(|(similarity, _)| *similarity > SIMILAR);
    similar.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_similar_word_can_have_been_meant() {
        let known = ["fail_ratio", "rps", "tpr.p95"];
        assert_eq!(nearest("fail_rate", known), Some("fail_ratio"));
        assert_eq!(nearest("trp.p95", known), Some("tpr.p95"));
        assert_eq!(nearest("users", known), None);
    }
}
