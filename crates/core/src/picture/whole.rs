//! Whether a file is as long as it says it is. Reads lengths and offsets only, so the refusal of a file that was cut off costs neither
//! memory nor time, however large the picture would have been. What it passes may still be damaged inside: see `check`.

use super::{Format, PictureError};

/// Refuses a file whose end is missing. PNG is absent: its chunks are walked anyway when its rows are read. So is JPEG, see [`jpeg::ends`](super::jpeg::ends).
pub(super) fn whole(bytes: &[u8], format: Format) -> Result<(), PictureError> {
    let whole = match format {
        Format::Png | Format::Jpeg => true,
        Format::Gif => Gif::walk(bytes).ended,
        Format::WebP => le32(bytes, 4).is_some_and(|size| size as usize <= bytes.len() - 8),
        Format::Tiff => tiff_data_inside(bytes),
        Format::Bmp => bmp_rows_inside(bytes),
    };
    if whole {
        Ok(())
    } else {
        Err(PictureError::Truncated)
    }
}

/// The blocks of a GIF, walked without decoding.
pub(super) struct Gif {
    /// Pictures seen.
    pub(super) frames: usize,
    /// Whether the trailer was reached.
    pub(super) ended: bool,
}

impl Gif {
    pub(super) fn walk(bytes: &[u8]) -> Self {
        let mut gif = Self {
            frames: 0,
            ended: false,
        };
        gif.blocks(bytes);
        gif
    }

    /// Stops with `None` where the file does.
    fn blocks(&mut self, bytes: &[u8]) -> Option<()> {
        let mut at = 13 + colour_table(*bytes.get(10)?);
        loop {
            at = match *bytes.get(at)? {
                0x21 => sub_blocks(bytes, at + 2)?,
                0x2c => {
                    let after = sub_blocks(bytes, at + 11 + colour_table(*bytes.get(at + 9)?))?;
                    self.frames += 1;
                    after
                }
                // The trailer, or what no decoder reads past.
                end => {
                    self.ended = end == 0x3b;
                    return Some(());
                }
            };
        }
    }
}

fn colour_table(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

fn sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

/// The first directory of a classic TIFF. `BigTIFF` is absent: rare, and its decoder finds a missing end by itself.
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    entries: std::ops::Range<usize>,
}

impl<'a> Tiff<'a> {
    pub(super) fn first_directory(bytes: &'a [u8]) -> Option<Self> {
        let mut tiff = Self {
            bytes,
            big_endian: bytes.starts_with(b"MM"),
            entries: 0..0,
        };
        if tiff.short(2)? != 42 {
            return None;
        }
        let start = tiff.long(4)? as usize;
        let count = usize::from(tiff.short(start)?);
        tiff.entries = start + 2..start + 2 + 12 * count;
        bytes.get(tiff.entries.clone()).map(|_| tiff)
    }

    pub(super) fn has(&self, tag: u16) -> bool {
        self.find(tag).is_some()
    }

    /// First value of a tag.
    pub(super) fn first(&self, tag: u16) -> Option<u32> {
        self.values(tag)?.next()
    }

    fn find(&self, tag: u16) -> Option<usize> {
        self.entries
            .clone()
            .step_by(12)
            .find(|&at| self.short(at) == Some(tag))
    }

    /// All values of a tag of whole numbers; ends early where the file does.
    fn values(&self, tag: u16) -> Option<impl Iterator<Item = u32>> {
        let entry = self.find(tag)?;
        let count = self.long(entry + 4)? as usize;
        let wide = match self.short(entry + 2)? {
            3 => false,
            4 => true,
            _ => return None,
        };
        let size = if wide { 4 } else { 2 };
        let start = if count * size <= 4 {
            entry + 8
        } else {
            self.long(entry + 8)? as usize
        };
        Some((0..count).map_while(move |index| {
            let at = start + index * size;
            if wide {
                self.long(at)
            } else {
                self.short(at).map(u32::from)
            }
        }))
    }

    fn short(&self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian {
            u16::from_be_bytes(two)
        } else {
            u16::from_le_bytes(two)
        })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    }
}

/// Every strip or tile lies inside the file, and the directory that says where they are does too.
fn tiff_data_inside(bytes: &[u8]) -> bool {
    const STRIPS: (u16, u16) = (273, 279);
    const TILES: (u16, u16) = (324, 325);
    if matches!(bytes, [_, _, 43, 0, ..] | [_, _, 0, 43, ..]) {
        return true;
    }
    let Some(directory) = Tiff::first_directory(bytes) else {
        return false;
    };
    let (offsets, lengths) = if directory.has(TILES.0) {
        TILES
    } else {
        STRIPS
    };
    let (Some(offsets), Some(lengths)) = (directory.values(offsets), directory.values(lengths))
    else {
        return true; // Damaged rather than short: the decoder says it better.
    };
    let mut pieces = offsets.zip(lengths);
    pieces.all(|(offset, length)| u64::from(offset) + u64::from(length) <= bytes.len() as u64)
}

/// The rows of an uncompressed bitmap lie inside the file; run-length encoded ones are left to the decoder.
fn bmp_rows_inside(bytes: &[u8]) -> bool {
    let fields = || -> Option<(u64, u64)> {
        let start = u64::from(le32(bytes, 10)?);
        let (width, height, bits, compression) = if le32(bytes, 14)? == 12 {
            (
                u32::from(le16(bytes, 18)?),
                u32::from(le16(bytes, 20)?),
                le16(bytes, 24)?,
                0,
            )
        } else {
            let height = le32(bytes, 22)?.cast_signed().unsigned_abs();
            (le32(bytes, 18)?, height, le16(bytes, 28)?, le32(bytes, 30)?)
        };
        let row = (u64::from(width) * u64::from(bits)).div_ceil(32) * 4;
        let packed = matches!(compression, 1 | 2 | 4 | 5);
        Some((
            start,
            if packed {
                0
            } else {
                row.saturating_mul(u64::from(height))
            },
        ))
    };
    fields().is_some_and(|(start, rows)| start.saturating_add(rows) <= bytes.len() as u64)
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
