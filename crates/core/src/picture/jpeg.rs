//! JPEG by `mozjpeg`: the one format read so often, and so large, that it earns its own reader. It decodes at an eighth, a quarter or
//! half of the size for the price of the Huffman codes, and row by row.
//!
//! Two habits of libjpeg are undone here. It fills a file that was cut off with grey and only warns: our source of bytes turns the first
//! read past the end into an error. And it unwinds on every error: caught in [`scanlines`].

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::panic::{self, AssertUnwindSafe};

use image::RgbaImage;
use image::metadata::Orientation;
use mozjpeg::decompress::DecompressStarted;
use mozjpeg::{ColorSpace, Decompress};

use super::PictureError;
use super::colour::{self, Channels};

/// Full size, in the eighths that [`decode`] takes.
pub(super) const FULL: u8 = 8;

/// What stands before the first scan.
pub(super) struct Header {
    /// Width in pixels, as stored.
    pub(super) width: u32,
    /// Height in pixels, as stored.
    pub(super) height: u32,
    /// 1 grey, 3 colour, 4 inks.
    pub(super) components: u8,
    /// Coded in scans over the whole picture, whose coefficients are all kept until the last one.
    progressive: bool,
    /// How to turn the stored pixels upright.
    pub(super) orientation: Orientation,
    /// ICC profile, put together from its segments.
    pub(super) profile: Option<Vec<u8>>,
    /// Adobe's marker is there: inks are stored inverted, 255 for none.
    adobe: bool,
}

impl Header {
    pub(super) fn is_cmyk(&self) -> bool {
        self.components == 4
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        let mut frame = None;
        let mut progressive = false;
        let mut orientation = Orientation::NoTransforms;
        let mut adobe = false;
        let mut profile = Vec::new();
        let mut rest = bytes;
        loop {
            let (marker, payload);
            (marker, payload, rest) = next_segment(rest)?;
            match (marker, payload) {
                (SOF0..=SOF15, _) if is_frame(marker) => {
                    frame = frame.or(Some(read_frame(marker, payload)?));
                    progressive |= marker == PROGRESSIVE;
                }
                (APP1, [b'E', b'x', b'i', b'f', 0, _, exif @ ..]) => {
                    orientation = Orientation::from_exif_chunk(exif).unwrap_or(orientation);
                }
                (
                    APP2,
                    [
                        b'I',
                        b'C',
                        b'C',
                        b'_',
                        b'P',
                        b'R',
                        b'O',
                        b'F',
                        b'I',
                        b'L',
                        b'E',
                        0,
                        part,
                        parts,
                        data @ ..,
                    ],
                ) => {
                    profile.push((*part, *parts, data));
                }
                (APP14, [b'A', b'd', b'o', b'b', b'e', ..]) => adobe = true,
                (SOS, _) => break,
                (EOI, _) => return Err(PictureError::broken("it ends before it begins")),
                _ => {}
            }
        }
        let (width, height, components) =
            frame.ok_or_else(|| PictureError::broken("its size is missing"))?;
        Ok(Self {
            width,
            height,
            components,
            progressive,
            orientation,
            profile: join(profile),
            adobe,
        })
    }
}

const SOF0: u8 = 0xc0;
const PROGRESSIVE: u8 = 0xc2;
const SOF15: u8 = 0xcf;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

/// Tables for Huffman (C4) and arithmetic (CC) coding and an extension (C8) sit among the frame markers.
fn is_frame(marker: u8) -> bool {
    !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn read_frame(marker: u8, payload: &[u8]) -> Result<(u32, u32, u8), PictureError> {
    let &[bits, high, low, wide, narrow, components, ..] = payload else {
        return Err(PictureError::broken("its size is missing"));
    };
    match marker {
        0xc0..=0xc2 if bits == 8 => {}
        0xc0..=0xc2 => {
            return Err(PictureError::Unsupported {
                name: "12-bit JPEG",
            });
        }
        0xc9..=0xcb => {
            return Err(PictureError::Unsupported {
                name: "arithmetic-coded JPEG",
            });
        }
        _ => {
            return Err(PictureError::Unsupported {
                name: "lossless or hierarchical JPEG",
            });
        }
    }
    if !matches!(components, 1 | 3 | 4) {
        return Err(PictureError::broken(format!(
            "it has {components} colour components"
        )));
    }
    Ok((
        u16::from_be_bytes([wide, narrow]).into(),
        u16::from_be_bytes([high, low]).into(),
        components,
    ))
}

/// The next marker, what belongs to it, and what follows. As libjpeg does, skips what lies between segments.
pub(super) fn next_segment(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), PictureError> {
    let segment = || {
        let start = bytes.iter().position(|&byte| byte == 0xff)?;
        let at = start + bytes[start..].iter().position(|&byte| byte != 0xff)?;
        let (marker, rest) = (bytes[at], &bytes[at + 1..]);
        if matches!(marker, 0x00 | 0x01 | 0xd0..=EOI) {
            return Some((marker, &rest[..0], rest));
        }
        let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
        Some((marker, rest.get(2..length.max(2))?, &rest[length.max(2)..]))
    };
    segment().ok_or(PictureError::Truncated)
}

/// An ICC profile comes in numbered parts of at most 64 KB; one with a part missing is no profile. Numbers begin at 1, or at 0 where the
/// writer did not know better (`mozjpeg` 0.10 is one of those).
fn join(mut parts: Vec<(u8, u8, &[u8])>) -> Option<Vec<u8>> {
    parts.sort_unstable_by_key(|&(number, ..)| number);
    let first = parts
        .first()
        .map(|&(number, ..)| number)
        .filter(|first| *first <= 1)?;
    let complete = parts
        .iter()
        .zip(first..)
        .all(|(&(number, all, _), expected)| number == expected && usize::from(all) == parts.len());
    complete.then(|| parts.iter().flat_map(|&(.., data)| data).copied().collect())
}

/// Refuses a file without its end marker, and one made to burn time: a progressive picture of thousands of scans, each of which is
/// decoded over all its pixels.
pub(super) fn ends(bytes: &[u8]) -> Result<(), PictureError> {
    const MOST_SCANS: usize = 100; // Encoders write about ten.
    let mut rest = bytes;
    let mut scans = 0;
    loop {
        let marker;
        (marker, _, rest) = next_segment(rest)?;
        match marker {
            EOI if scans > 0 => return Ok(()),
            SOS if scans == MOST_SCANS => {
                return Err(PictureError::broken("it has too many scans"));
            }
            SOS => scans += 1,
            _ => {}
        }
        // `next_segment` walks over coded data as well: what looks like a marker in it is `FF 00` or a restart, both without a length.
    }
}

/// Decodes at `eighths` / 8 of the size, to sRGB, as stored (not turned upright).
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    eighths: u8,
) -> Result<RgbaImage, PictureError> {
    let mut image = scanlines(bytes, header, eighths, |rows| {
        let mut image = RgbaImage::new(rows.width() as u32, rows.height() as u32);
        rows.read_scanlines_into::<u8>(&mut image)?;
        Ok(image)
    })?;
    if header.is_cmyk() {
        if header.adobe {
            image.iter_mut().for_each(|ink| *ink = !*ink);
        }
        colour::inks_to_srgb(&mut image, header.profile.as_deref());
    } else if let Some(profile) = &header.profile {
        let channels = if header.components == 1 {
            Channels::Grey
        } else {
            Channels::Colour
        };
        colour::to_srgb(&mut image, channels, profile);
    }
    Ok(image)
}

/// Reads every code of the file, keeping one row of an eighth of the size: damage lies in the codes, not in the pixels made of them.
pub(super) fn read_through(bytes: &[u8], header: &Header) -> Result<(), PictureError> {
    scanlines(bytes, header, 1, |rows| {
        let mut row = vec![0u8; rows.width() * 4];
        (0..rows.height()).try_for_each(|_| rows.read_scanlines_into(&mut row).map(|_| ()))
    })
}

/// Opens the file and hands its rows to `read`, four bytes a pixel: RGBA, or inks as stored.
fn scanlines<'a, T>(
    bytes: &'a [u8],
    header: &Header,
    eighths: u8,
    read: impl FnOnce(&mut DecompressStarted<Source<'a, '_>>) -> io::Result<T>,
) -> Result<T, PictureError> {
    if header.progressive {
        ends(bytes)?; // The one kind whose memory and time grow with what the file leaves out or repeats.
    }
    let ran_out = Cell::new(false);
    let decode = || -> io::Result<T> {
        let mut decoder = Decompress::new_reader(Source {
            rest: bytes,
            ran_out: &ran_out,
        })?;
        if decoder.size() != (header.width as usize, header.height as usize) {
            return Err(io::Error::other("it has two sizes"));
        }
        decoder.scale(eighths);
        let colours = if header.is_cmyk() {
            ColorSpace::JCS_CMYK
        } else {
            ColorSpace::JCS_EXT_RGBA
        };
        let mut rows = decoder.to_colorspace(colours)?;
        let made = read(&mut rows)?;
        rows.finish()?;
        Ok(made)
    };
    // libjpeg's errors unwind with their text, past the panic hook. Unwind-safe: all that `decode` changes dies with it.
    let outcome = panic::catch_unwind(AssertUnwindSafe(decode));
    if ran_out.get() {
        return Err(PictureError::Truncated);
    }
    match outcome {
        Ok(made) => made.map_err(PictureError::broken),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map_or("its decoder gave up", String::as_str);
            Err(PictureError::broken(
                text.trim_start_matches("libjpeg fatal error: "),
            ))
        }
    }
}

/// The whole file as one buffer, whose end is an error instead of an end.
struct Source<'a, 'b> {
    rest: &'a [u8],
    ran_out: &'b Cell<bool>,
}

impl BufRead for Source<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty() {
            self.ran_out.set(true);
            return Err(io::Error::other("cut off"));
        }
        Ok(self.rest)
    }

    fn consume(&mut self, amount: usize) {
        self.rest.consume(amount);
    }
}

impl Read for Source<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.rest.read(buffer)
    }
}
