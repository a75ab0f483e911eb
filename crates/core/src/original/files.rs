//! Where the original's files lie. The paths in its rows are those of the machine it ran on, and anybody may have written them: only their
//! last part is taken, and looked for in the folders that are ours to read.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::Error;

const DATABASE: &str = "app.db";

/// The folders of the original's files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The folder that was named.
    root: PathBuf,
    uploads: Vec<PathBuf>,
    results: Vec<PathBuf>,
}

/// The database and the folders below `path`. A folder may be a link, since somebody with a full disk made it one; what lies in it may not
/// lead out of it.
pub(super) fn find(path: &Path) -> Result<(PathBuf, Files), Error> {
    let unreadable = |source| Error::FileUnreadable {
        path: path.to_owned(),
        source,
    };
    let path = fs::canonicalize(path).map_err(unreadable)?;
    let root = if path.is_file() {
        path.parent().unwrap_or(&path).to_owned()
    } else {
        path.clone()
    };
    // The database lay where the program was started, the files beside the program: mostly one folder, sometimes the one in the other.
    let places = ["", "app", "backend", "backend/app"].map(|place| root.join(place));
    let database = if path.is_file() {
        Some(path)
    } else {
        places
            .iter()
            .map(|place| place.join(DATABASE))
            .find(|file| file.is_file())
    };
    let Some(database) = database else {
        return Err(Error::OldBackendUnknown {
            path: root,
            what: "has no app.db in it".to_owned(),
        });
    };
    let beside = database.parent().unwrap_or(&root).to_owned();
    let folders = |name: &str| -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = Vec::new();
        for place in [&beside].into_iter().chain(&places) {
            match fs::canonicalize(place.join(name)) {
                Ok(folder) if folder.is_dir() && !found.contains(&folder) => found.push(folder),
                _ => {}
            }
        }
        found
    };
    let files = Files {
        uploads: folders("uploads"),
        results: folders("static"),
        root,
    };
    Ok((database, files))
}

impl Files {
    /// The file an upload's path means here.
    pub(crate) fn upload(&self, written: &str) -> Option<PathBuf> {
        self.look(&self.uploads, written)
    }

    /// The file a result's path or address means here.
    pub(crate) fn result(&self, written: &str) -> Option<PathBuf> {
        self.look(&self.results, written)
    }

    fn look(&self, folders: &[PathBuf], written: &str) -> Option<PathBuf> {
        let name = file_name(written)?;
        let named = folders
            .iter()
            .find_map(|folder| inside(folder, &folder.join(name)));
        named.or_else(|| {
            let whole = Path::new(written);
            whole
                .is_absolute()
                .then(|| inside(&self.root, whole))
                .flatten()
        })
    }
}

/// The file at `path`, if it really lies in `folder`, through whatever links.
fn inside(folder: &Path, path: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(path).ok()?;
    (real.starts_with(folder) && real.is_file()).then_some(real)
}

/// The last part of a path of whatever system, where that is a plain name here.
pub(crate) fn file_name(written: &str) -> Option<&str> {
    let name = written.rsplit(['/', '\\']).next()?;
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) if only == name => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn of_a_path_only_its_last_part_is_taken() {
        for (written, name) in [
            ("/srv/app/uploads/1_raw.png", Some("1_raw.png")),
            ("C:\\app\\uploads\\1_raw.png", Some("1_raw.png")),
            ("uploads/../../etc/passwd", Some("passwd")),
            ("1_raw.ünï", Some("1_raw.ünï")),
            ("uploads/..", None),
            ("uploads/", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(file_name(written), name, "{written:?}");
        }
    }

    #[test]
    fn files_are_found_below_the_named_folder_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, name).unwrap();
            fs::canonicalize(file).unwrap()
        };
        let outside = put("secret.png");
        put("old/app.db");
        let upload = put("old/app/uploads/a.png");
        let shared = put("old/other/c.png");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&outside, folder.path().join("old/app/uploads/secret.png"))
            .unwrap();
        let (database, files) = find(&folder.path().join("old")).unwrap();
        assert!(database.ends_with("old/app.db"));
        assert_eq!(files.upload("/gone/uploads/a.png"), Some(upload));
        assert_eq!(files.upload(shared.to_str().unwrap()), Some(shared));
        for written in [
            outside.to_str().unwrap(),
            "../secret.png",
            "a\0.png",
            "b.png",
        ] {
            assert_eq!(files.upload(written), None, "{written:?}");
        }
        assert_eq!(files.result("a.png"), None, "an upload is no result");
    }
}
