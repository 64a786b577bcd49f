//! Line ends in a head, eight bytes at a time: lines are too short for a search that has to be set up for each.

const EACH: u64 = u64::from_le_bytes([1; 8]);
const LOW_BITS: u64 = 0x7f * EACH;

/// Tells the places of the line ends in these bytes, in order, until `each` says no.
pub(super) fn find_line_ends(bytes: &[u8], mut each: impl FnMut(usize) -> bool) {
    let (words, rest) = bytes.as_chunks();
    for (word, eight) in words.iter().enumerate() {
        let found = found(*eight);
        if found != 0 && !tell(found, 8 * word, &mut each) {
            return;
        }
    }
    for (at, byte) in (8 * words.len()..).zip(rest) {
        if *byte == b'\n' && !each(at) {
            return;
        }
    }
}

/// Not inlined: most words have no line end, and are gone through without a register to spare.
#[inline(never)]
fn tell(mut found: u64, at: usize, each: &mut impl FnMut(usize) -> bool) -> bool {
    while found != 0 {
        if !each(at + found.trailing_zeros() as usize / 8) {
            return false;
        }
        found &= found - 1;
    }
    true
}

/// The highest bit of each byte that is a line end.
fn found(eight: [u8; 8]) -> u64 {
    let others = u64::from_le_bytes(eight) ^ (u64::from(b'\n') * EACH);
    // A line end is zero here, and the one byte whose highest bit is neither its own nor carried from its other bits.
    !(((others & LOW_BITS) + LOW_BITS) | others | LOW_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_is_found_and_nothing_else() {
        let mut rng = fastrand::Rng::with_seed(7);
        // Those beside a line end, and those that differ from it in one bit, are what could be taken for one.
        let bytes = [b'\n', b'\n' ^ 0x80, b'\n' ^ 1, b'\n' + 1, b'\n' - 1, 0, 0xff, b'x'];
        for length in (0..40).cycle().take(4000) {
            let text: Vec<u8> = (0..length).map(|_| bytes[rng.usize(..bytes.len())]).collect();
            let wanted: Vec<usize> = (0..length).filter(|at| text[*at] == b'\n').collect();
            let mut found = Vec::new();
            find_line_ends(&text, |at| {
                found.push(at);
                found.len() < 9
            });
            assert_eq!(found, wanted[..wanted.len().min(9)], "{text:?}");
        }
    }
}
