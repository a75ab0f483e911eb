//! The heads of a form's parts, bounded before the parser sees them: it looks for their end in everything that has come so far, again with each
//! piece, so that a head without an end would cost memory and more and more time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use memchr::memmem;

/// Longest head of a part, in bytes: names of files are at most a few hundred.
const LONGEST: usize = 16 << 10;

const END: &[u8] = b"\r\n\r\n";

/// Set once a form cannot be read as one.
#[derive(Debug, Clone, Default)]
pub(super) struct Malformed(Arc<AtomicBool>);

impl Malformed {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The same body, which ends with an error where a head is too long, or where anything stands before the first boundary.
pub(super) fn bounded(body: Body, boundary: &str) -> (Body, Malformed) {
    let malformed = Malformed::default();
    let (mut heads, told) = (Heads::new(boundary), malformed.clone());
    let pieces = body.into_data_stream().map(move |piece| {
        let piece = piece.map_err(std::io::Error::other)?;
        if heads.read(&piece) {
            return Ok::<Bytes, std::io::Error>(piece);
        }
        told.0.store(true, Ordering::Relaxed);
        Err(std::io::ErrorKind::InvalidData.into())
    });
    (Body::from_stream(pieces), malformed)
}

/// Where in the form the reading is.
struct Heads {
    /// What begins every part but the first.
    delimiter: Vec<u8>,
    /// What was read and may be the start of what is looked for.
    seam: Vec<u8>,
    at: Place,
}

enum Place {
    /// Before the first boundary, which must come at once.
    Start,
    /// In a head, so many bytes of it.
    Head(usize),
    Content,
}

impl Heads {
    fn new(boundary: &str) -> Self {
        Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            seam: Vec::new(),
            at: Place::Start,
        }
    }

    /// Follows the form through the next piece; false where it cannot be one.
    fn read(&mut self, piece: &[u8]) -> bool {
        // The seam is shorter than what is looked for, so this stays as long as the piece.
        let mut text = std::mem::take(&mut self.seam);
        text.extend_from_slice(piece);
        let mut rest = text.as_slice();
        loop {
            match &mut self.at {
                Place::Start => {
                    let first = self.delimiter.get(2..).unwrap_or_default();
                    let known = rest.len().min(first.len());
                    if rest.get(..known) != first.get(..known) {
                        return false;
                    }
                    if known < first.len() {
                        break;
                    }
                    rest = rest.get(known..).unwrap_or_default();
                    self.at = Place::Head(0);
                }
                Place::Head(length) => match memmem::find(rest, END) {
                    Some(end) if *length + end <= LONGEST => {
                        // Its last line break may be the first of the next boundary.
                        rest = rest.get(end + 2..).unwrap_or_default();
                        self.at = Place::Content;
                    }
                    None if *length + rest.len() <= LONGEST => {
                        let kept = rest.len().min(END.len() - 1);
                        *length += rest.len() - kept;
                        rest = rest.get(rest.len() - kept..).unwrap_or_default();
                        break;
                    }
                    _ => return false,
                },
                Place::Content => match memmem::find(rest, &self.delimiter) {
                    Some(end) => {
                        rest = rest.get(end + self.delimiter.len()..).unwrap_or_default();
                        self.at = Place::Head(0);
                    }
                    None => {
                        let kept = rest.len().min(self.delimiter.len() - 1);
                        rest = rest.get(rest.len() - kept..).unwrap_or_default();
                        break;
                    }
                },
            }
        }
        self.seam = rest.to_vec();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(form: &[u8], piece: usize) -> bool {
        let mut heads = Heads::new("B");
        form.chunks(piece).all(|piece| heads.read(piece))
    }

    #[test]
    fn a_form_is_followed_however_it_is_cut() {
        let form = b"--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n--B\r\nA: b\r\n\r\n\r\n--B--\r\n";
        for piece in 1..form.len() {
            assert!(reads(form, piece), "{piece}");
        }
        let mut large = b"--B\r\nA: b\r\n\r\n".to_vec();
        large.extend(std::iter::repeat_n(b'\r', LONGEST * 4));
        large.extend_from_slice(b"\r\n--B--\r\n");
        assert!(reads(&large, 1000) && reads(&large, 7));
    }

    #[test]
    fn a_head_without_an_end_and_what_stands_before_the_first_boundary_are_refused() {
        let mut endless = b"--B\r\nA: b\r\n\r\nx\r\n--B\r\nname: ".to_vec();
        endless.extend(std::iter::repeat_n(b'n', LONGEST + 1));
        for piece in [1, 100, 8192, endless.len()] {
            assert!(!reads(&endless, piece), "{piece}");
            assert!(!reads(b"preamble\r\n--B\r\nA: b\r\n\r\nx", piece));
        }
    }
}
