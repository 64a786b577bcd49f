//! Settings of an import.

/// What the command line says of an import.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImportSettings {
    /// Names and values of an environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Requests of a recording to other hosts than its first are taken.
    pub(crate) all_hosts: bool,
    /// Requests of a recording for styles, scripts, images and fonts are taken.
    pub(crate) all_files: bool,
}
