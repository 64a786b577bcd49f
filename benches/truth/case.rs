//! What is asked of the server.

/// The length of the posted body.
pub(crate) const POSTED: usize = 64 * 1024;
/// The length of the large answer.
pub(crate) const LARGE: usize = 256 * 1024;

/// One kind of exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// A small answer.
    Small,
    /// A request of several segments.
    Post,
    /// An answer of several segments.
    Large,
    /// A small answer over TLS.
    Tls,
}

impl Case {
    pub(crate) const ALL: [Case; 4] = [Case::Small, Case::Post, Case::Large, Case::Tls];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Case::Small => "GET small",
            Case::Post => "POST 64 KiB",
            Case::Large => "GET 256 KiB",
            Case::Tls => "GET over TLS",
        }
    }

    pub(crate) fn file_stem(self) -> &'static str {
        match self {
            Case::Small => "small",
            Case::Post => "post",
            Case::Large => "large",
            Case::Tls => "tls",
        }
    }
}
