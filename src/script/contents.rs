//! Contents of Hurl files, as far as they are known before a run.

use url::Url;

use super::hurl_checks::HurlChecks;

impl HurlChecks {
    /// The files in order, each with the names of its requests: `GET /users/{{id}}`.
    pub fn contents(&self) -> Vec<(String, Vec<String>)> {
        let contents = self.files().iter().map(|file| {
            let requests = file.plan.entries.iter().map(|entry| entry.request.shared.name().to_owned());
            (file.plan.source.name().to_owned(), requests.collect())
        });
        contents.collect()
    }

    /// The files of which an entry accepts any certificate, or may.
    pub fn insecure(&self) -> Vec<&str> {
        let files = self.files().iter().filter(|file| file.plan.is_insecure);
        files.map(|file| file.plan.source.name()).collect()
    }

    /// Schemes, hosts and ports that the files name themselves or by `{{host}}`, without those that other variables
    /// hold.
    pub fn origins(&self) -> Vec<String> {
        let mut origins: Vec<String> = Vec::new();
        for file in self.files() {
            let fixed = file.plan.entries.iter().filter_map(|entry| entry.request.fixed_address());
            for url in fixed.chain(file.host.as_deref()) {
                let origin = Url::parse(url).map(|url| url.origin().ascii_serialization());
                origins.extend(origin.ok().filter(|origin| !origins.contains(origin)));
            }
        }
        origins
    }
}
