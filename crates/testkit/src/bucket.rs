//! A bucket over real HTTP: s3s speaks S3 and checks every signature, as S3 does, and s3s-fs keeps the objects as files.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::task::JoinHandle;

use crate::folder::Folder;
use crate::server;

/// What the bucket is called, whose it is, and what its requests are signed with.
const NAME: &str = "pics";
const KEY_ID: &str = "test-bucket-id";
const SECRET: &str = "test-bucket-secret";

/// A bucket, listening. Dropping it closes its port and throws its objects away.
#[derive(Debug)]
pub struct Bucket {
    inside: Arc<Inside>,
    origin: String,
    serving: JoinHandle<()>,
}

/// An object that was put and taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// Its key.
    pub key: String,
    /// Its type, as it was sent with.
    pub content_type: String,
    /// Every header it was sent with, one a line.
    pub headers: String,
}

struct Inside {
    folder: Folder,
    service: S3Service,
    state: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    down: bool,
    puts: Vec<Put>,
}

impl Bucket {
    /// On a free port, empty.
    ///
    /// # Panics
    /// Where no port or no folder can be had: no test could go on.
    #[expect(
        clippy::expect_used,
        reason = "a test without its bucket has nothing to say"
    )]
    pub async fn start() -> Self {
        Self::try_start().await.expect("a free port and a folder")
    }

    async fn try_start() -> io::Result<Self> {
        let folder = Folder::new()?;
        std::fs::create_dir(folder.path().join(NAME))?;
        let files = FileSystem::new(folder.path()).map_err(|_| io::ErrorKind::Other)?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let inside = Arc::new(Inside {
            folder,
            service: service.build(),
            state: Mutex::default(),
        });
        let (listener, address) = server::bind(0).await?;
        let routes = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inside));
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Ok(Self {
            inside,
            origin: format!("http://{address}"),
            serving,
        })
    }

    /// The original's variables for it.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, &str); 5] {
        [
            ("STORAGE_BACKEND", "s3"),
            ("S3_BUCKET", NAME),
            ("S3_ENDPOINT", &self.origin),
            ("S3_ACCESS_KEY_ID", KEY_ID),
            ("S3_SECRET_ACCESS_KEY", SECRET),
        ]
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{NAME}", self.origin)
    }

    /// From now on everything is answered with 503; or no longer.
    pub fn set_down(&self, down: bool) {
        self.inside.lock().down = down;
    }

    /// Every put that was taken, in order.
    #[must_use]
    pub fn puts(&self) -> Vec<Put> {
        self.inside.lock().puts.clone()
    }

    /// The bytes of an object; `None` where there is none of that key.
    #[must_use]
    pub fn object(&self, key: &str) -> Option<Bytes> {
        std::fs::read(self.inside.folder.path().join(NAME).join(key))
            .ok()
            .map(Bytes::from)
    }

    /// The keys of all objects, sorted.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub fn keys(&self) -> io::Result<Vec<PathBuf>> {
        let files = self.inside.folder.files()?;
        // Beside its objects it keeps notes of its own, whose names begin with a dot.
        Ok(files
            .iter()
            .filter_map(|file| file.strip_prefix(NAME).ok())
            .map(PathBuf::from)
            .collect())
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Inside {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inside")
    }
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    if inside.lock().down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let put = (request.method() == "PUT").then(|| recorded(&request));
    match inside
        .service
        .call(request.map(s3s::Body::http_body_unsync))
        .await
    {
        Ok(response) => {
            if let Some(put) = put.filter(|_| response.status().is_success()) {
                inside.lock().puts.push(put);
            }
            response.map(Body::new)
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn recorded(request: &Request) -> Put {
    let path = request.uri().path().trim_start_matches('/');
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Put {
        key: path
            .strip_prefix(NAME)
            .unwrap_or(path)
            .trim_start_matches('/')
            .to_owned(),
        content_type: request
            .headers()
            .get(CONTENT_TYPE)
            .map(|value| text(value.as_bytes()))
            .unwrap_or_default(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}\n", text(value.as_bytes())))
            .collect(),
    }
}
