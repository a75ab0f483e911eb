//! A job of the demo engine: read, change the pixels, keep. It has no submit, so it can always begin again.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::run::{End, Run};
use crate::error::{Code, Error, Failure};
use crate::picture::{self, Format, SaveFormat};
use crate::provider::demo::{self, DemoError};
use crate::store::NewResult;
use crate::version::VersionId;

impl Run {
    pub(super) async fn demo(&mut self) -> Result<End, Error> {
        let understood = demo::understand(&self.job.prompt);
        if understood.wishes.is_empty() {
            let failure =
                Failure::free(Code::DemoNothingUnderstood).saying(understood.unknown.join(", "));
            return Ok(End::Failed {
                failure,
                ended: true,
            });
        }
        let (bytes, _) = self.input().await?;
        let job = self
            .runner
            .store
            .accept(self.job.id, None, self.runner.clock.now())
            .await?;
        self.entered(job);
        self.runner
            .progress(&self.job, |progress| progress.running = true);

        self.guard_files().await;
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, runner, job) = (
            Arc::clone(&stop),
            Arc::clone(&self.runner),
            self.job.clone(),
        );
        let wishes = understood.wishes.clone();
        let pictures = self.runner.pictures.clone();
        let mut work = tokio::task::spawn_blocking(move || {
            let format = picture::inspect(&bytes)?.format;
            let pixels = picture::decode(&bytes)?;
            drop(bytes);
            let changed = demo::apply(pixels, &wishes, &mut |fraction| {
                runner.progress(&job, |progress| progress.fraction = Some(fraction));
                if stopped.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            let changed = match changed {
                Ok(changed) => changed,
                Err(DemoError::Stopped) => return Ok(None),
                Err(DemoError::NothingUnderstood) => {
                    return Err(Error::Internal("wishes that are none"));
                }
            };
            // A photograph stays one: as PNG a 24-megapixel JPEG would grow tenfold.
            let format = if format == Format::Jpeg {
                SaveFormat::Jpeg
            } else {
                SaveFormat::Png
            };
            pictures
                .keep_result(&picture::encode(&changed, format)?)
                .map(|(picture, _)| Some(picture))
        });
        let picture = tokio::select! {
            done = &mut work => done,
            () = self.cancel.notified() => {
                stop.store(true, Ordering::Relaxed);
                work.await
            }
        };
        let Some(picture) = picture.unwrap_or(Err(Error::Internal("the demo engine panicked")))?
        else {
            return Ok(End::Cancelled { ended: true });
        };
        let id = VersionId(crate::library::new_id(&self.runner.clock));
        let note = understood.note();
        Ok(End::Done {
            results: vec![NewResult {
                id,
                picture,
                note: None,
                object: None,
            }],
            note,
        })
    }
}
