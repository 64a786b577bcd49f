//! Paths as text, so that a specification can hold any: bytes that are no UTF-8 stand as characters for private use.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

/// Character that stands for the byte 0x00; those of 0x80 to 0xff follow at their distances.
const BASE: u32 = 0xf700;

/// Text of a path.
pub(crate) fn text_of(path: &OsStr) -> String {
    let mut text = String::new();
    for chunk in path.as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(BASE + u32::from(*byte))));
    }
    text
}

/// Path of a text that [`text_of`] made, or that was written by hand.
pub(crate) fn path_of(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c).checked_sub(BASE).and_then(|byte| u8::try_from(byte).ok()).filter(|byte| *byte >= 0x80) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_the_same_by_way_of_its_text() {
        for bytes in [&b"a/b.json"[..], b"oth\xffer", b"\x80\xc3", "ü\u{10ffff}".as_bytes(), b""] {
            let path = OsStr::from_bytes(bytes);
            assert_eq!(path_of(&text_of(path)).as_os_str(), path);
        }
    }
}
