//! Pictures that come with an edit, byte by byte, from programs: written beside the library's files while they arrive, judged when they are
//! whole, and kept together with the job they came with.

use std::io::Write;
use std::path::PathBuf;

use tokio::sync::RwLockReadGuard;

use super::{Library, add::shown_name};
use crate::error::{Code, Error};
use crate::job::runner::blocking;
use crate::job::{Edit, Job, JobId};
use crate::picture::{self, Facts};
use crate::store::NewOriginal;
use crate::version::{Picture, Version, VersionId};

/// Bytes that stay in memory: most pictures of a chat or a shop need no file before the one they are kept in.
const IN_MEMORY: usize = 256 << 10;

/// Bytes that are enough to tell what a file is.
const SNIFFED: usize = 64;

/// Largest upload, in bytes.
pub const MAX_UPLOAD: u64 = 64 << 20;

/// A file that is arriving. Dropped, nothing is left of it.
#[derive(Debug)]
pub struct Upload {
    tmp: PathBuf,
    /// What has not been written to `file` yet.
    pending: Vec<u8>,
    file: Option<tempfile::NamedTempFile>,
    bytes: u64,
}

impl Upload {
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`Error::Request`] past [`MAX_UPLOAD`], [`Error::Disk`].
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.bytes += piece.len() as u64;
        if self.bytes > MAX_UPLOAD {
            return Err(Error::Request {
                code: Code::RequestTooLarge,
                said: format!("At most {} MiB are taken.", MAX_UPLOAD >> 20),
            });
        }
        if self.bytes == piece.len() as u64 && piece.len() >= SNIFFED {
            // What is no picture is not kept until its end.
            picture::looks_like_one(piece)?;
        }
        self.pending.extend_from_slice(piece);
        if self.pending.len() > IN_MEMORY {
            self.spill().await?;
        }
        Ok(())
    }

    async fn spill(&mut self) -> Result<(), Error> {
        let tmp = self.tmp.clone();
        let (file, pending) = (self.file.take(), std::mem::take(&mut self.pending));
        let write = move || {
            let mut file = file.map_or_else(|| tempfile::NamedTempFile::new_in(&tmp), Ok)?;
            file.write_all(&pending)?;
            Ok(file)
        };
        let at = self.tmp.clone();
        self.file = Some(blocking(move || write().map_err(Error::disk(at))).await?);
        Ok(())
    }
}

impl Library {
    /// Begins to take a file.
    #[must_use]
    pub fn upload(&self) -> Upload {
        Upload {
            tmp: self.0.pictures.tmp(),
            pending: Vec::new(),
            file: None,
            bytes: 0,
        }
    }

    /// Keeps a file that has arrived as an original of its own.
    ///
    /// # Errors
    /// [`Error::Picture`] for bytes whose start, header or end are those of no usable picture, [`Error::Disk`]. Nothing is kept.
    pub async fn add_upload(&self, upload: Upload, name: &str) -> Result<Version, Error> {
        let kept = self.keep_upload(upload).await?;
        let name = shown_name(name, kept.facts.format);
        let id = VersionId(self.new_id());
        let original = kept.named(&name);
        let version = self
            .0
            .store
            .add_original(id, &original, self.0.clock.now())
            .await?;
        self.announce_library();
        Ok(version)
    }

    /// Accepts an edit of a picture that came with it, under a file name. `edit.input` says nothing yet. When this answers, both are on disk.
    /// A program sent it, so it goes to the trash with the last job that uses it.
    ///
    /// # Errors
    /// As [`Library::submit_edit`]; [`Error::Picture`] for bytes whose start, header or end are those of no usable picture. Nothing is kept.
    pub async fn submit_upload(
        &self,
        upload: Upload,
        name: &str,
        edit: Edit,
    ) -> Result<Job, Error> {
        self.check(&edit).await?;
        self.ask_price(&edit.model);
        let kept = self.keep_upload(upload).await?;
        let name = shown_name(name, kept.facts.format);
        let edit = Edit {
            input: VersionId(self.new_id()),
            ..edit
        };
        let job = self
            .0
            .store
            .add_job_of_upload(
                JobId(self.new_id()),
                &edit,
                &kept.named(&name),
                &self.0.runner.asked(),
                self.0.clock.now(),
            )
            .await?;
        self.announce_library();
        self.begin(&job);
        Ok(job)
    }

    async fn keep_upload(&self, mut upload: Upload) -> Result<Kept<'_>, Error> {
        if upload.file.is_some() && !upload.pending.is_empty() {
            upload.spill().await?;
        }
        let Upload { pending, file, .. } = upload;
        // Nobody closes this semaphore.
        let _place = self.0.decodes.acquire().await.ok();
        let files = self.0.runner.files.read().await;
        let pictures = self.0.pictures.clone();
        let (picture, facts) = blocking(move || match file {
            Some(file) => pictures.keep_file(file),
            None => pictures.keep_result(&pending),
        })
        .await?;
        Ok(Kept {
            picture,
            facts,
            _files: files,
        })
    }
}

/// A file in its place, which no row names yet; until one does, emptying the trash waits.
struct Kept<'a> {
    picture: Picture,
    facts: Facts,
    _files: RwLockReadGuard<'a, ()>,
}

impl Kept<'_> {
    fn named<'a>(&'a self, name: &'a str) -> NewOriginal<'a> {
        NewOriginal {
            picture: &self.picture,
            name,
            note: self.facts.note(),
        }
    }
}
