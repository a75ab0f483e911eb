//! A disk whose power can be cut: a file system in a file, of which an instant can be copied.
//!
//! A power cut leaves what the device was told to write, and nothing of what the system still held in memory. To copy that, and no mixture of
//! two instants, the device must stand still while it is copied, and nobody may be told to write first what a real cut would lose. So there
//! are two ext4 file systems, one in the other: the library is in the inner one, whose device is a file in the outer one. `fsfreeze` on the
//! *outer* one stops the device between two writes; it flushes what the inner device has taken already, and the inner file system knows
//! nothing of it and flushes nothing. The copy is then mounted like a disk after a cut: its journal is replayed.
//!
//! Looked at and left: copying the file while it is written mixes instants, which no cut does; freezing or syncing the inner file system
//! saves what a cut would lose; dm-log-writes, a device that can also drop what was written since the last flush, is in few kernels. A disk
//! that loses writes it has *not* been told to flush is therefore not simulated: that part of the promise is ext4's.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Mounted file systems, unmounted when they go.
pub(super) struct Disk {
    // In this order they go: what is inside first.
    inner: Mount,
    outer: Mount,
}

/// Why there is no disk: a sentence for whoever wonders what did not run.
pub(super) struct NotHere(pub(super) String);

impl Disk {
    /// A fresh one, mounted below `folder`.
    pub(super) fn new(folder: &Path) -> Result<Result<Self, NotHere>> {
        if !cfg!(target_os = "linux") {
            return Ok(Err(NotHere("this is not Linux".to_owned())));
        }
        std::fs::create_dir_all(folder)?;
        // Whoever may not do these three may not mount at all; what goes wrong after them is a failure.
        let first = || -> Result<Mount> {
            let image = folder.join("outer.img");
            make(&image, 256)?;
            // What is written to this one lives only as long as the run: waiting for the real disk would only cost time.
            Mount::of(&image, &folder.join("outer"), "loop,barrier=0")
        };
        let outer = match first() {
            Ok(outer) => outer,
            Err(error) => return Ok(Err(NotHere(format!("{error:#}")))),
        };
        let image = outer.0.join("disk.img");
        make(&image, 96)?;
        let inner = Mount::of(&image, &folder.join("inner"), "loop")?;
        Ok(Ok(Self { inner, outer }))
    }

    /// The folder on it.
    pub(super) fn folder(&self) -> &Path {
        &self.inner.0
    }

    /// Copies what is on the device now.
    pub(super) fn cut(&self, copy: &Path) -> Result<()> {
        let frozen = Frozen::freeze(&self.outer.0)?;
        let image = self.outer.0.join("disk.img");
        let copied = run("cp", &["--sparse=always".as_ref(), &image, copy]);
        drop(frozen);
        copied
    }
}

/// Mounts a copy that [`Disk::cut`] made, as the system does after a power cut.
pub(super) fn mount_copy(copy: &Path, at: &Path) -> Result<Mount> {
    Mount::of(copy, at, "loop")
}

/// Unmounts what an interrupted run has left below a folder.
pub(super) fn tidy(folder: &Path) {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let left = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1).map(Path::new))
        .filter(|at| at.starts_with(folder));
    // The last mounted may lie in the first.
    for at in left.collect::<Vec<_>>().into_iter().rev() {
        let _ = run("fsfreeze", &["--unfreeze".as_ref(), at]);
        drop(Mount(at.to_owned()));
    }
}

/// A mounted file system.
pub(super) struct Mount(pub(super) PathBuf);

impl Mount {
    fn of(image: &Path, at: &Path, options: &str) -> Result<Self> {
        std::fs::create_dir_all(at)?;
        run("mount", &["-o".as_ref(), options.as_ref(), image, at])?;
        Ok(Self(at.to_owned()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Err(error) = run("umount", &[&self.0]) {
            eprintln!("{error:#}");
        }
    }
}

/// A file system that stands still as long as this lives.
struct Frozen<'a>(&'a Path);

impl<'a> Frozen<'a> {
    fn freeze(at: &'a Path) -> Result<Self> {
        run("fsfreeze", &["--freeze".as_ref(), at])?;
        Ok(Self(at))
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        if let Err(error) = run("fsfreeze", &["--unfreeze".as_ref(), self.0]) {
            eprintln!("{error:#}");
        }
    }
}

/// An empty ext4 in a file of so many MiB, which takes no more room than is written.
fn make(image: &Path, mebibytes: u64) -> Result<()> {
    let file = std::fs::File::create(image).with_context(|| image.display().to_string())?;
    file.set_len(mebibytes << 20)?;
    run("mkfs.ext4", &["-q".as_ref(), image])
}

fn run(program: &str, arguments: &[&Path]) -> Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| program.to_owned())?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        said.trim()
    );
    Ok(())
}
