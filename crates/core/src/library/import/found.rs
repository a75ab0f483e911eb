//! What the files of one old job come to: its upload and its result as pictures, or why there is none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{Rgba, RgbaImage};

use crate::error::{Charged, Code, Error, Failure};
use crate::job::runner::blocking;
use crate::library::add::{read_file, shown_name};
use crate::original::{Files, OldJob, Status, file_name};
use crate::picture::{self, Facts, Format, SaveFormat};
use crate::pictures::{Pictures, described};
use crate::version::{Picture, STANDS_FOR};

/// Where files go.
#[derive(Debug, Clone)]
pub(super) enum Shelf {
    /// Into the library.
    Keep(Pictures),
    /// Nowhere: they are only judged.
    Look,
}

/// What the files of a job come to.
pub(super) struct Found {
    pub(super) upload: Picture,
    pub(super) note: Option<String>,
    pub(super) end: Result<(Picture, Facts), Failure>,
    pub(super) missing: u64,
    pub(super) unreadable: u64,
}

/// Looks for the files of a job, and keeps them where the shelf keeps anything.
pub(super) async fn find(
    job: OldJob,
    files: Arc<Files>,
    shelf: Shelf,
) -> Result<(OldJob, Found), Error> {
    blocking(move || {
        let found = Found::of(&job, &files, &shelf)?;
        Ok((job, found))
    })
    .await
}

impl Found {
    fn of(job: &OldJob, files: &Files, shelf: &Shelf) -> Result<Self, Error> {
        let (mut missing, mut unreadable) = (0, 0);
        let path = job.raw_path.as_deref().and_then(|path| files.upload(path));
        let (upload, note) = match taken(path.as_deref(), |bytes| shelf.upload(bytes))? {
            Taken::Picture(picture, facts) => (picture, facts.note().map(str::to_owned)),
            Taken::Missing => {
                missing += 1;
                let note = format!("The upload was not in the old backend's folder: {STANDS_FOR}.");
                (shelf.placeholder()?, Some(note))
            }
            Taken::NoPicture(why) => {
                unreadable += 1;
                let note = format!("The upload cannot be opened: {STANDS_FOR}. {why}");
                (shelf.placeholder()?, Some(note))
            }
        };
        let end = match job.status {
            Status::Stuck => Err(Failure::free(Code::Interrupted).charged(Charged::Maybe)),
            Status::Failed => Err(Failure::free(Code::OldBackendFailed)
                .charged(Charged::Maybe)
                .saying(job.error.as_deref().unwrap_or_default())),
            Status::Done => {
                let path = result_path(job, files);
                match taken(path.as_deref(), |bytes| shelf.result(bytes))? {
                    Taken::Picture(picture, facts) => Ok((picture, facts)),
                    Taken::Missing => {
                        missing += 1;
                        Err(lost(&where_it_was(job)))
                    }
                    Taken::NoPicture(why) => {
                        unreadable += 1;
                        Err(lost(&format!(
                            "What the old backend stored cannot be opened. {why}"
                        )))
                    }
                }
            }
        };
        Ok(Self {
            upload,
            note,
            end,
            missing,
            unreadable,
        })
    }
}

/// A file of the old backend's, looked at.
enum Taken {
    Picture(Picture, Facts),
    Missing,
    NoPicture(String),
}

fn taken(
    path: Option<&Path>,
    keep: impl FnOnce(&[u8]) -> Result<(Picture, Facts), Error>,
) -> Result<Taken, Error> {
    let Some(path) = path else {
        return Ok(Taken::Missing);
    };
    match read_file(path).and_then(|bytes| keep(&bytes)) {
        Ok((picture, facts)) => Ok(Taken::Picture(picture, facts)),
        Err(Error::Picture(why)) => Ok(Taken::NoPicture(why.to_string())),
        Err(Error::FileUnreadable { source, .. }) => Ok(Taken::NoPicture(format!("{source}."))),
        // The library's own trouble: no job is to blame.
        Err(error) => Err(error),
    }
}

/// The row's path, else what its address ends with: both were the same name.
fn result_path(job: &OldJob, files: &Files) -> Option<PathBuf> {
    let address = job
        .result_url
        .as_deref()
        .and_then(|url| url.split('?').next());
    let written = [job.out_path.as_deref(), address];
    written
        .into_iter()
        .flatten()
        .find_map(|written| files.result(written))
}

fn where_it_was(job: &OldJob) -> String {
    // Signed addresses may be used by whoever reads them: what follows the `?` is kept to ourselves.
    let address = job
        .result_url
        .as_deref()
        .and_then(|url| url.split('?').next());
    match address.filter(|url| url.starts_with("http://") || url.starts_with("https://")) {
        Some(url) => {
            format!("Its file is not in the old backend's folder. It was stored at {url} too.")
        }
        None => "Its file is not in the old backend's folder.".to_owned(),
    }
}

/// The original said that fal had made it. Not `result_unreadable`, which promises that fetching it again is free.
fn lost(said: &str) -> Failure {
    Failure::free(Code::ResultGone)
        .charged(Charged::Yes)
        .saying(said)
}

/// The name its upload is kept under: that of its file.
pub(super) fn upload_name(job: &OldJob) -> String {
    let name = job.raw_path.as_deref().and_then(file_name);
    shown_name(name.unwrap_or_default(), Format::Png)
}

impl Shelf {
    fn upload(&self, bytes: &[u8]) -> Result<(Picture, Facts), Error> {
        match self {
            Self::Keep(pictures) => pictures.keep(bytes),
            Self::Look => {
                let facts = picture::check(bytes)?;
                Ok((described(bytes, &facts), facts))
            }
        }
    }

    fn result(&self, bytes: &[u8]) -> Result<(Picture, Facts), Error> {
        match self {
            Self::Keep(pictures) => pictures.keep_result(bytes),
            Self::Look => {
                let facts = picture::check_end(bytes)?;
                Ok((described(bytes, &facts), facts))
            }
        }
    }

    /// Stands where an upload should be: a job of ours has one. The same bytes every time, so there is one file of it.
    fn placeholder(&self) -> Result<Picture, Error> {
        let grey = RgbaImage::from_pixel(480, 320, Rgba([200, 200, 200, 255]));
        Ok(self.result(&picture::encode(&grey, SaveFormat::Png)?)?.0)
    }
}
