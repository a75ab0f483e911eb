//! Pictures coming in: from files and folders, from bytes, from the sample Overpaint draws itself.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::Library;
use crate::error::Error;
use crate::job::runner::blocking;
use crate::picture::{self, Format, MAX_FILE_BYTES, PictureError, SaveFormat};
use crate::sample;
use crate::version::{Version, VersionId};

/// Longest file name that is kept, in bytes.
const NAME_MAX: usize = 200;

/// What came of files that were to be added.
#[derive(Debug, Default)]
pub struct Added {
    /// Originals, in the order of the request.
    pub versions: Vec<Version>,
    /// What was refused.
    pub refused: Vec<Refused>,
}

/// A file that did not become a picture.
#[derive(Debug)]
pub struct Refused {
    /// Its name, without the folder.
    pub name: String,
    /// Why.
    pub error: Error,
}

impl Library {
    /// Adds files; a folder stands for the pictures directly in it. Each file is judged alone: one that is refused stops no other.
    pub async fn add_files(&self, paths: Vec<PathBuf>) -> Added {
        let mut added = Added::default();
        for path in paths {
            let name = file_name(&path);
            if !path.is_dir() {
                added.take(name, self.add_file(path).await);
                continue;
            }
            match blocking(move || pictures_in(&path)).await {
                Ok(files) => {
                    for file in files {
                        let name = file_name(&file);
                        added.take(name, self.add_file(file).await);
                    }
                }
                Err(error) => added.refused.push(Refused { name, error }),
            }
        }
        if !added.versions.is_empty() {
            self.announce_library();
        }
        added
    }

    async fn add_file(&self, path: PathBuf) -> Result<Version, Error> {
        let name = file_name(&path);
        let bytes = blocking(move || read_file(&path)).await?;
        self.keep_original(bytes, &name).await
    }

    /// Adds bytes under a name.
    ///
    /// # Errors
    /// [`Error::Picture`] for bytes that are no usable picture, [`Error::Disk`]; then nothing is kept.
    pub async fn add_bytes(&self, bytes: Vec<u8>, name: &str) -> Result<Version, Error> {
        let version = self.keep_original(bytes, name).await?;
        self.announce_library();
        Ok(version)
    }

    /// Adds 8-bit RGBA pixels, as a clipboard gives them.
    ///
    /// # Errors
    /// [`Error::ClipboardEmpty`] when the numbers do not fit the bytes.
    pub async fn add_pixels(
        &self,
        width: u32,
        height: u32,
        rgba: Vec<u8>,
        name: &str,
    ) -> Result<Version, Error> {
        let image = image::RgbaImage::from_raw(width, height, rgba)
            .filter(|image| !image.is_empty())
            .ok_or(Error::ClipboardEmpty)?;
        let bytes = blocking(move || Ok(picture::encode(&image, SaveFormat::Png)?)).await?;
        self.add_bytes(bytes, name).await
    }

    /// Adds the sample picture that Overpaint draws itself.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub async fn add_sample(&self) -> Result<Version, Error> {
        let draw = || {
            Ok(picture::encode(
                &image::DynamicImage::ImageRgb8(sample::draw()).into_rgba8(),
                SaveFormat::Png,
            )?)
        };
        let bytes = blocking(draw).await?;
        self.add_bytes(bytes, sample::NAME).await
    }

    async fn keep_original(&self, bytes: Vec<u8>, name: &str) -> Result<Version, Error> {
        // Nobody closes this semaphore.
        let _place = self.0.decodes.acquire().await.ok();
        let _files = self.0.runner.files.read().await;
        let pictures = self.0.pictures.clone();
        let (kept, facts) = blocking(move || pictures.keep(&bytes)).await?;
        let name = shown_name(name, facts.format);
        self.0
            .store
            .add_original(
                VersionId(self.new_id()),
                &kept,
                &name,
                facts.note(),
                self.0.clock.now(),
            )
            .await
    }
}

impl Added {
    fn take(&mut self, name: String, outcome: Result<Version, Error>) {
        match outcome {
            // The same file twice in one request is one picture.
            Ok(version) if self.versions.iter().any(|known| known.id == version.id) => {}
            Ok(version) => self.versions.push(version),
            Err(error) => self.refused.push(Refused { name, error }),
        }
    }
}

/// Reads a file that may be a picture. Opened once, so that what is judged is what is read; most refusals need no more than the head, and
/// a film is not read into memory to learn that it is none of ours.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| Error::FileUnreadable {
        path: path.to_owned(),
        source,
    };
    // A pipe would wait for a writer that never comes.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(std::io::ErrorKind::InvalidInput.into()));
    }
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let mut content = read_head(&mut file).map_err(unreadable)?;
    if let Err(
        error @ (PictureError::Empty
        | PictureError::NotAPicture
        | PictureError::Unsupported { .. }
        | PictureError::TooLarge { .. }
        | PictureError::SideTooLong { .. }),
    ) = picture::inspect(&content)
    {
        return Err(error.into());
    }
    // Cut off, as a head is, or good so far: the whole file decides. One that grows meanwhile ends at the limit.
    let rest = (MAX_FILE_BYTES + 1).saturating_sub(content.len() as u64);
    if bytes <= MAX_FILE_BYTES {
        file.take(rest)
            .read_to_end(&mut content)
            .map_err(unreadable)?;
    }
    if bytes.max(content.len() as u64) > MAX_FILE_BYTES {
        let bytes = bytes.max(content.len() as u64);
        return Err(PictureError::FileTooLarge {
            bytes,
            limit: MAX_FILE_BYTES,
        }
        .into());
    }
    Ok(content)
}

/// The first 64 KiB.
fn read_head(file: &mut std::fs::File) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(64 << 10).read_to_end(&mut head)?;
    Ok(head)
}

/// The files directly in a folder that look like pictures by their first bytes, by name.
fn pictures_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::FileUnreadable {
        path: folder.to_owned(),
        source,
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file() && looks_like_a_picture(path))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::FolderWithoutPictures {
            name: file_name(folder),
        });
    }
    Ok(files)
}

fn looks_like_a_picture(path: &Path) -> bool {
    let head = std::fs::File::open(path).and_then(|mut file| read_head(&mut file));
    // What is known by name but not taken (HEIC, RAW) is refused aloud later; what is no picture at all is nobody's loss.
    head.is_ok_and(|head| {
        !matches!(
            picture::inspect(&head),
            Err(PictureError::Empty | PictureError::NotAPicture)
        )
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The name as it is kept: no folders, no control characters, bounded, and never empty.
pub(super) fn shown_name(name: &str, format: Format) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = base.chars().filter(|c| !c.is_control()).collect();
    let mut clean = clean.trim().to_owned();
    if clean.len() > NAME_MAX {
        // The ending stays, and what a person reads first.
        let (stem, ending) = clean.rsplit_once('.').unwrap_or((&clean, ""));
        let room = NAME_MAX.saturating_sub(ending.len() + 1);
        let cut = (0..=room.min(stem.len()))
            .rev()
            .find(|at| stem.is_char_boundary(*at));
        clean = format!("{}.{ending}", &stem[..cut.unwrap_or(0)]);
    }
    if clean.is_empty() {
        format!("picture.{}", format.extension())
    } else {
        clean
    }
}
