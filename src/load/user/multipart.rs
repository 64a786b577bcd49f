//! Bodies of several parts (RFC 7578): fields and files, as a browser's form sends them.

use crate::load::http::check_header;

/// A body of fields and files, for [`RequestBuilder::multipart`](crate::load::RequestBuilder::multipart).
///
/// ```
/// use perfloop::{CheckResult, Multipart, User};
///
/// fn uploads_a_picture(user: &mut User) -> CheckResult {
///     let picture = Multipart::new().text("title", "Sunrise").file("picture", "sun.png", "image/png", [0x89, b'P']);
///     user.post("/pictures").multipart(picture).send()?.expect_status(201)?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    /// Head of the part behind `name=`, the content type included.
    head: String,
    content_type: Option<String>,
    content: Vec<u8>,
}

impl Multipart {
    /// No parts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field. Parts are sent in the order they are added; names may repeat.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.field(name, None, value.into())
    }

    /// Adds a field of this content type, if it has one.
    #[must_use]
    pub(crate) fn field(self, name: &str, content_type: Option<&str>, content: Vec<u8>) -> Self {
        let head = format!("Content-Disposition: form-data; name=\"{}\"\r\n", escaped(name));
        self.part(Part { head, content_type: content_type.map(str::to_owned), content })
    }

    /// Adds a file of this name and content type, such as `image/png`.
    #[must_use]
    pub fn file(self, name: &str, file_name: &str, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let (name, file_name) = (escaped(name), escaped(file_name));
        let head = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n");
        self.part(Part { head, content_type: Some(content_type.into()), content: bytes.into() })
    }

    fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The content type and the body.
    ///
    /// # Errors
    /// One line, when the content type of a file cannot be sent.
    pub(crate) fn encode(self) -> Result<(String, Vec<u8>), String> {
        /// Of the line before a part, the line breaks around it, and the name of the content type.
        const REST: usize = 64;
        let boundary = self.boundary();
        let length = |part: &Part| part.head.len() + part.content.len() + boundary.len() + REST;
        let mut body = Vec::with_capacity(self.parts.iter().map(length).sum::<usize>() + REST);
        for Part { head, content_type, content } in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{head}").as_bytes());
            if let Some(content_type) = content_type {
                // A line break in it would begin a header of its own.
                check_header("Content-Type", content_type.as_bytes())
                    .map_err(|_| format!("'{}' is no content type of a file", content_type.escape_debug()))?;
                body.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
            }
            body.extend_from_slice(b"\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok((format!("multipart/form-data; boundary={boundary}"), body))
    }

    /// The first of a row of boundaries that no part contains: the same parts are the same bytes each time.
    fn boundary(&self) -> String {
        let mut number = 0_u64;
        loop {
            let boundary = format!("perfloop-{number:016}");
            let is_within = |part: &Part| {
                contains(part.head.as_bytes(), boundary.as_bytes()) || contains(&part.content, boundary.as_bytes())
            };
            if !self.parts.iter().any(is_within) {
                return boundary;
            }
            number += 1;
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let first = wanted.first();
    // Looking for one byte is several times faster than comparing at each place.
    bytes.iter().enumerate().any(|(at, byte)| Some(byte) == first && bytes[at..].starts_with(wanted))
}

/// As browsers write names between quotes.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The content type of a file for which none is given.
pub(crate) fn type_by_name(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, extension)| extension) {
        Some("gif") => "image/gif",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain",
        Some("htm" | "html") => "text/html",
        Some("pdf") => "application/pdf",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(parts: Multipart) -> (String, String) {
        let (content_type, body) = parts.encode().expect("parts that can be sent");
        (content_type, String::from_utf8(body).expect("text"))
    }

    #[test]
    fn fields_and_files_are_parts_in_the_order_they_were_added() {
        let parts = Multipart::new().text("title", "Sun\nrise").file("picture", "sun.png", "image/png", *b"\x01\x02");
        let (content_type, body) = encoded(parts);
        assert_eq!(content_type, "multipart/form-data; boundary=perfloop-0000000000000000");
        assert_eq!(
            body,
            "--perfloop-0000000000000000\r\n\
             Content-Disposition: form-data; name=\"title\"\r\n\r\n\
             Sun\nrise\r\n\
             --perfloop-0000000000000000\r\n\
             Content-Disposition: form-data; name=\"picture\"; filename=\"sun.png\"\r\n\
             Content-Type: image/png\r\n\r\n\
             \x01\x02\r\n\
             --perfloop-0000000000000000--\r\n"
        );
    }

    #[test]
    fn no_parts_are_a_body_that_ends_at_once() {
        assert_eq!(encoded(Multipart::new()).1, "--perfloop-0000000000000000--\r\n");
    }

    #[test]
    fn a_boundary_is_in_no_part() {
        let text = "perfloop-perfloop-0000000000000000\r\n--perfloop-0000000000000001";
        let (content_type, body) = encoded(Multipart::new().text("a", text).text("perfloop-0000000000000002", ""));
        let (_, boundary) = content_type.split_once("boundary=").expect("a boundary");
        assert_eq!(boundary, "perfloop-0000000000000003");
        assert_eq!(body.matches(boundary).count(), 3);
    }

    #[test]
    fn quotes_and_line_breaks_do_not_end_a_name() {
        let (_, body) = encoded(Multipart::new().file("a\"; x=\"", "b\r\nX-Evil: 1", "text/plain", "c"));
        assert!(body.contains("name=\"a%22; x=%22\"; filename=\"b%0D%0AX-Evil: 1\"\r\n"), "{body}");
    }

    #[test]
    fn a_content_type_of_two_lines_is_refused() {
        let error = Multipart::new().file("a", "b", "text/plain\r\nX-Evil: 1", "c").encode().expect_err("refused");
        assert_eq!(error, "'text/plain\\r\\nX-Evil: 1' is no content type of a file");
    }
}
