//! An edit of a file on this computer: what the command line wants, whoever owns the library.

use std::io::ErrorKind;
use std::path::PathBuf;

use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::job::{Edit, Job};
use overpaint_core::model::{DEMO, ModelId, is_model_id};
use overpaint_core::version::Version;
use serde::{Deserialize, Serialize};

/// The wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdit {
    /// The picture; absolute, since another program may be the one that opens it.
    pub path: PathBuf,
    /// What should change; not empty.
    pub prompt: String,
    /// Endpoint id or `demo`.
    pub model: ModelId,
    /// Given again after an answer was lost, the same key leads to the same job.
    pub idempotency_key: String,
}

/// Takes the file in and accepts the edit: when this answers, both are on disk. What cannot run is refused before anything is kept.
///
/// # Errors
/// [`Error::PromptEmpty`], [`Error::PromptTooLong`], [`Error::KeyMissing`] (there is no falling back to the demo engine),
/// [`Error::FileUnreadable`], [`Error::Picture`], [`Error::NotFound`] for a model that cannot be one.
pub async fn submit(library: &Library, wish: FileEdit) -> Result<Job, Error> {
    let FileEdit {
        path,
        prompt,
        model,
        idempotency_key,
    } = wish;
    if prompt.trim().is_empty() {
        return Err(Error::PromptEmpty);
    }
    if prompt.len() > Edit::PROMPT_MAX {
        return Err(Error::PromptTooLong {
            bytes: prompt.len(),
        });
    }
    if model != DEMO && !is_model_id(&model) {
        return Err(Error::NotFound {
            what: "model",
            id: model,
        });
    }
    if model != DEMO && library.key_state().await.source.is_none() {
        return Err(Error::KeyMissing);
    }
    let input = add_one(library, path).await?.id;
    library
        .submit_edit(Edit {
            idempotency_key: Some(idempotency_key),
            ..Edit::new(input, prompt, model)
        })
        .await
}

/// One file. A folder stands for its pictures elsewhere; here it would mean an edit of each, which nobody asked for.
async fn add_one(library: &Library, path: PathBuf) -> Result<Version, Error> {
    if path.is_dir() {
        return Err(Error::FileUnreadable {
            path,
            source: ErrorKind::IsADirectory.into(),
        });
    }
    let mut added = library.add_files(vec![path]).await;
    match added.refused.pop() {
        Some(refused) => Err(refused.error),
        None => added
            .versions
            .pop()
            .ok_or(Error::Internal("a file was neither added nor refused")),
    }
}
