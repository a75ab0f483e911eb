//! What only a desktop has: the clipboard, the file manager, the browser.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use overpaint_api::operations::ExternalPage;
use overpaint_core::error::Error;

/// Where the log file lies.
pub(crate) struct LogFile(pub(crate) PathBuf);

/// The system's clipboard. Kept for the program's whole life: on X11 the owner of a copied picture must stay to give it away. The lock is
/// held while the clipboard is asked, on a blocking thread, never across an await.
#[derive(Default, Clone)]
pub(crate) struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

/// What lies on the clipboard, if it is any use.
pub(crate) enum Pasted {
    Files(Vec<PathBuf>),
    Pixels {
        width: u32,
        height: u32,
        rgba: Vec<u8>,
    },
}

impl Clipboard {
    pub(crate) async fn paste(&self) -> Result<Pasted, Error> {
        self.with(|clipboard| {
            if let Ok(files) = clipboard.get().file_list()
                && !files.is_empty()
            {
                return Ok(Pasted::Files(files));
            }
            let image = clipboard.get_image().map_err(|_| Error::ClipboardEmpty)?;
            let side = |n: usize| u32::try_from(n).map_err(|_| Error::ClipboardEmpty);
            Ok(Pasted::Pixels {
                width: side(image.width)?,
                height: side(image.height)?,
                rgba: image.bytes.into_owned(),
            })
        })
        .await
    }

    pub(crate) async fn copy(&self, width: u32, height: u32, rgba: Vec<u8>) -> Result<(), Error> {
        let image = arboard::ImageData {
            width: width as usize,
            height: height as usize,
            bytes: rgba.into(),
        };
        self.with(move |clipboard| {
            clipboard
                .set_image(image)
                .map_err(|error| Error::desktop("The clipboard did not take the picture", error))
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let kept = Arc::clone(&self.0);
        let work = move || {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let clipboard = match kept.take() {
                Some(clipboard) => clipboard,
                None => arboard::Clipboard::new()
                    .map_err(|error| Error::desktop("The clipboard cannot be reached", error))?,
            };
            act(kept.insert(clipboard))
        };
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or(Err(Error::Internal("the clipboard's thread panicked")))
    }
}

/// Shows a file in the file manager.
pub(crate) fn reveal(file: &Path) -> Result<(), Error> {
    tauri_plugin_opener::reveal_item_in_dir(file)
        .map_err(|error| Error::desktop("The file manager did not open", error))
}

/// The pages of fal's that we name; the window's page cannot name any other.
pub(crate) fn address(page: ExternalPage) -> &'static str {
    match page {
        ExternalPage::FalKeys => "https://fal.ai/dashboard/keys",
        ExternalPage::FalBilling => "https://fal.ai/dashboard/billing",
        ExternalPage::FalRequests => "https://fal.ai/dashboard/requests",
    }
}

/// Opens an address of ours in the browser.
pub(crate) fn browse(url: &str) -> Result<(), Error> {
    tauri_plugin_opener::open_url(url, None::<&str>)
        .map_err(|error| Error::desktop("The browser did not open", error))
}
