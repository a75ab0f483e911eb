//! Pictures going out: to the screen, to a file, to the clipboard.

use std::path::{Path, PathBuf};

use super::Library;
use crate::error::Error;
use crate::job::runner::blocking;
use crate::picture::{self, SaveFormat};
use crate::pictures::{Shown, Size};
use crate::version::{Version, VersionId};

/// The format a file is saved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The stored bytes.
    AsStored,
    /// Encoded anew.
    Anew(SaveFormat),
}

/// A file name that tells what the picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveAs(pub String);

impl Library {
    /// The picture of a version in that size, for the screen.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::FileUnreadable`] for a file that was lost.
    pub async fn shown(&self, id: VersionId, size: Size) -> Result<Shown, Error> {
        let version = self.0.store.version(id).await?;
        let _place = self.0.decodes.acquire().await.ok();
        let pictures = self.0.pictures.clone();
        blocking(move || pictures.shown(&version.picture, size)).await
    }

    /// The stored file of a version: for the file manager.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::FileUnreadable`].
    pub async fn file(&self, id: VersionId) -> Result<PathBuf, Error> {
        let path = self
            .0
            .pictures
            .path(&self.0.store.version(id).await?.picture);
        match path.metadata() {
            Ok(_) => Ok(path),
            Err(source) => Err(Error::FileUnreadable { path, source }),
        }
    }

    /// Where the stored file of a version lies. Whether it is there is found out by opening it.
    #[must_use]
    pub fn path(&self, version: &Version) -> PathBuf {
        self.0.pictures.path(&version.picture)
    }

    /// The stored bytes of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::FileUnreadable`].
    pub async fn bytes(&self, version: &Version) -> Result<Vec<u8>, Error> {
        let (pictures, picture) = (self.0.pictures.clone(), version.picture.clone());
        blocking(move || pictures.read(&picture)).await
    }

    /// Where anybody can read a version that also lies in the bucket.
    #[must_use]
    pub fn public_url(&self, version: &Version) -> Option<String> {
        self.object_url(version.object.as_deref()?)
    }

    /// Where anybody can read the object of that key in the bucket.
    #[must_use]
    pub fn object_url(&self, key: &str) -> Option<String> {
        Some(self.settings().bucket?.public_url(key).into())
    }

    /// A readable name for "save as": the original's name, then the first words of the prompt.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn suggest_name(&self, id: VersionId) -> Result<SaveAs, Error> {
        Ok(suggest(&self.0.store.version(id).await?))
    }

    /// Writes a version to a file of the user's, whole or not at all. The ending decides the format: the stored bytes where it fits them,
    /// else PNG, JPEG or WebP made from the pixels.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Disk`].
    pub async fn save(&self, id: VersionId, to: PathBuf) -> Result<(), Error> {
        let version = self.0.store.version(id).await?;
        let pictures = self.0.pictures.clone();
        blocking(move || {
            let bytes = pictures.read(&version.picture)?;
            let bytes = match wanted(&to, &version.picture.extension) {
                Wanted::AsStored => bytes,
                Wanted::Anew(format) => picture::encode(&picture::decode(&bytes)?, format)?,
            };
            write_whole(&to, &bytes)
        })
        .await
    }

    /// The pixels of a version, upright, 8-bit RGBA: for the clipboard.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Picture`].
    pub async fn pixels(&self, id: VersionId) -> Result<image::RgbaImage, Error> {
        let version = self.0.store.version(id).await?;
        let pictures = self.0.pictures.clone();
        blocking(move || Ok(picture::decode(&pictures.read(&version.picture)?)?)).await
    }
}

fn wanted(to: &Path, stored: &str) -> Wanted {
    let ending = to
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    match (ending.as_str(), stored) {
        ("jpg" | "jpeg", "jpg") => Wanted::AsStored,
        (ending, stored) if ending == stored => Wanted::AsStored,
        ("png", _) => Wanted::Anew(SaveFormat::Png),
        ("jpg" | "jpeg", _) => Wanted::Anew(SaveFormat::Jpeg),
        ("webp", _) => Wanted::Anew(SaveFormat::WebP),
        _ => Wanted::AsStored,
    }
}

/// Beside the target first, then in place: a full disk leaves the old file as it was.
pub(super) fn write_whole(to: &Path, bytes: &[u8]) -> Result<(), Error> {
    use std::io::Write;
    let write = || -> std::io::Result<()> {
        let folder = to
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".overpaint-");
        #[cfg(unix)]
        {
            // A temporary file is private; what a person saves has the mode of any file they make (the umask takes its part).
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(to).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(Error::disk(to))
}

fn suggest(version: &Version) -> SaveAs {
    let stem = version
        .name
        .rsplit_once('.')
        .map_or(version.name.as_str(), |(stem, _)| stem);
    let words = version.prompt.as_deref().unwrap_or_default();
    let words: String = words
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let mut name = stem.to_owned();
    if version.prompt.is_none() {
        // Never the name of the file it came from: one careless Return would replace that.
        name.push_str(" copy");
    }
    for word in words.split_whitespace() {
        if name.chars().count() + word.chars().count() > 60 {
            break;
        }
        name.push(' ');
        name.push_str(word);
    }
    SaveAs(format!("{name}.{}", version.picture.extension))
}
