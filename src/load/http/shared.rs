//! Settings and knowledge of hosts that all clients of a run share.

use std::sync::Arc;

use super::proxy::Proxy;
use super::resolver::AddressBook;
use super::settings::HttpSettings;
use super::tls::TlsSetup;

/// Settings and knowledge of hosts that all clients of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: HttpSettings,
    pub(super) book: Arc<AddressBook>,
    pub(super) tls: Arc<TlsSetup>,
    pub(super) proxy: Option<Proxy>,
}
