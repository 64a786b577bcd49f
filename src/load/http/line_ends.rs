//! Line ends in a head, eight bytes at a time: lines are too short for a search that has to be set up for each.

const EACH: u64 = u64::from_le_bytes([1; 8]);
const LOW_BITS: u64 = 0x7f * EACH;

/// Places of the line ends in some bytes, in order.
pub(super) struct LineEnds<'a> {
    /// Bytes that were not looked at yet, and where they begin.
    rest: &'a [u8],
    at: usize,
    /// Of the eight bytes before those: the highest bit of each that is a line end, and was not told yet.
    found: u64,
}

impl<'a> LineEnds<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        LineEnds { rest: bytes, at: 0, found: 0 }
    }

    /// Takes the next eight bytes. At the end there are fewer, and something that is no line end behind them.
    fn take_eight(&mut self) -> [u8; 8] {
        self.at += 8;
        if let Some((eight, rest)) = self.rest.split_first_chunk() {
            self.rest = rest;
            return *eight;
        }
        let mut few = [0; 8];
        few[..self.rest.len()].copy_from_slice(self.rest);
        self.rest = &[];
        few
    }
}

/// The highest bit of each byte that is a line end.
fn found(eight: [u8; 8]) -> u64 {
    let others = u64::from_le_bytes(eight) ^ (u64::from(b'\n') * EACH);
    // A line end is zero here, and the one byte whose highest bit is neither its own nor carried from its other bits.
    !(((others & LOW_BITS) + LOW_BITS) | others | LOW_BITS)
}

impl Iterator for LineEnds<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            if self.rest.is_empty() {
                return None;
            }
            self.found = found(self.take_eight());
        }
        let place = self.at - 8 + self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        Some(place)
    }
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
            assert_eq!(LineEnds::new(&text).collect::<Vec<_>>(), wanted, "{text:?}");
        }
    }
}
