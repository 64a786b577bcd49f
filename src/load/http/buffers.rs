//! A connection's buffers: small, and as large as its exchanges need.

use ureq::unversioned::transport::Buffers;

/// Holds a small answer. With ten thousand users every kilobyte counts.
const FIRST_INPUT: usize = 2 * 1024;
/// A read is never given less room than this.
const LEAST_ROOM: usize = 1024;
/// A buffer that is filled by a read doubles up to here.
const MAX_GROWTH: usize = 64 * 1024;
/// Holds the head of a small request.
const FIRST_OUTPUT: usize = 1024;
/// More of a body is not handed to the kernel at once.
pub(super) const MAX_OUTPUT: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(super) struct ConnectionBuffers {
    input: Vec<u8>,
    /// Part of `input` that is not yet taken out.
    unread: std::ops::Range<usize>,
    /// The last taking-out took something, so what is left may be complete by itself.
    progress: bool,
    /// The last read left no room: the next one is given more.
    was_filled: bool,
    output: Vec<u8>,
}

impl ConnectionBuffers {
    /// The output buffer holds at least so much.
    pub(super) fn reserve_output(&mut self, bytes: usize) {
        if self.output.len() < bytes {
            self.output.resize(bytes, 0);
        }
    }

    /// Makes room behind the unread bytes.
    fn make_room(&mut self) {
        if self.unread.is_empty() {
            self.unread = 0..0;
        }
        let grow = self.was_filled && self.input.len() < MAX_GROWTH;
        if self.input.len() - self.unread.end >= LEAST_ROOM && !grow {
            return;
        }
        self.input.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        let doubled = if grow { self.input.len() * 2 } else { self.input.len() };
        let needed = doubled.max(FIRST_INPUT).max(self.unread.end + LEAST_ROOM);
        if self.input.len() < needed {
            self.input.resize(needed, 0);
        }
        self.was_filled = false;
    }
}

impl Buffers for ConnectionBuffers {
    fn output(&mut self) -> &mut [u8] {
        self.reserve_output(FIRST_OUTPUT);
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.unread.clone()]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.make_room();
        &mut self.input[self.unread.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.unread.end += amount;
        self.was_filled = self.unread.end == self.input.len();
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.unread.start += amount;
    }

    /// Scratch buffer that the trait of a transport asks for, and that nothing of perfloop uses.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.reserve_output(FIRST_OUTPUT);
        self.make_room();
        (&mut self.input[self.unread.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        !self.unread.is_empty() && self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(buffers: &mut ConnectionBuffers, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = buffers.input_append_buf();
            let amount = room.len().min(rest.len());
            room[..amount].copy_from_slice(&rest[..amount]);
            buffers.input_appended(amount);
            rest = &rest[amount..];
        }
    }

    #[test]
    fn what_goes_in_comes_out_in_order_whatever_the_sizes() {
        let mut buffers = ConnectionBuffers::default();
        let sent: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let mut seen = Vec::new();
        for (turn, part) in sent.chunks(1700).enumerate() {
            read(&mut buffers, part);
            let take = if turn % 3 == 0 { buffers.input().len() } else { buffers.input().len() / 2 };
            seen.extend_from_slice(&buffers.input()[..take]);
            buffers.input_consume(take);
        }
        seen.extend_from_slice(buffers.input());
        assert_eq!(seen, sent);
    }

    #[test]
    fn small_answers_keep_the_buffer_small_and_large_ones_make_it_grow_to_a_bound() {
        let mut buffers = ConnectionBuffers::default();
        for _ in 0..10 {
            read(&mut buffers, &[1; 300]);
            buffers.input_consume(300);
        }
        assert_eq!(buffers.input.len(), FIRST_INPUT);
        for _ in 0..100 {
            let room = buffers.input_append_buf().len();
            buffers.input_appended(room);
            buffers.input_consume(room);
        }
        assert_eq!(buffers.input.len(), MAX_GROWTH);
    }

    #[test]
    fn a_head_that_does_not_fit_makes_the_buffer_grow_beyond_the_bound() {
        let mut buffers = ConnectionBuffers::default();
        read(&mut buffers, &[b'x'; 3 * MAX_GROWTH]);
        assert_eq!(buffers.input().len(), 3 * MAX_GROWTH);
    }

    #[test]
    fn input_is_usable_only_after_progress() {
        let mut buffers = ConnectionBuffers::default();
        read(&mut buffers, b"half a line");
        assert!(!buffers.can_use_input());
        buffers.input_consume(0);
        assert!(!buffers.can_use_input(), "nothing could be made of it: more must be read");
        buffers.input_consume(4);
        assert!(buffers.can_use_input());
    }
}
