//! `overpaint thumbnail`: a small copy of a picture. No library, no runtime.

use std::fs;
use std::path::Path;

use overpaint_core::error::Error;
use overpaint_core::picture::{self, Encoded, Format, MAX_FILE_BYTES, PictureError, SaveFormat};
use serde_json::json;

use crate::args::Thumbnail;
use crate::output::{Outcome, Stop};
use crate::target::Target;

/// Makes the copy and writes it.
pub(crate) fn run(args: &Thumbnail, working_dir: &Path) -> Result<Outcome, Stop> {
    let input = working_dir.join(&args.input);
    let bytes = read(&input)?;
    let target = Target::new(&working_dir.join(&args.output), &input)?;
    let small = picture::thumbnail(&bytes, args.size).map_err(Error::from)?;
    target.write(&in_format(&small, target.format())?)?;
    let json = json!({ "output": target.path(), "width": small.width, "height": small.height });
    Outcome::result(&json, target.path().display().to_string())
}

/// The size is asked first: a 50-GB file is refused, not read.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| Error::FileUnreadable {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(PictureError::FileTooLarge {
            bytes,
            limit: MAX_FILE_BYTES,
        }
        .into());
    }
    fs::read(path).map_err(unreadable)
}

/// Core makes JPEG, or PNG where something is transparent; a target of another format is encoded from that.
fn in_format(small: &Encoded, wanted: SaveFormat) -> Result<Vec<u8>, Error> {
    match (small.format, wanted) {
        (Format::Jpeg, SaveFormat::Jpeg) | (Format::Png, SaveFormat::Png) => {
            Ok(small.bytes.clone())
        }
        _ => Ok(picture::encode(&picture::decode(&small.bytes)?, wanted)?),
    }
}
