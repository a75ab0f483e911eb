//! What programs ask most, one request at a time over one connection: `cargo bench -p overpaint-http --bench hot`, and with `-- --quick` in
//! less than a minute. For the same beside the original, and many at once: `cargo xtask bench api`.
#![expect(clippy::unwrap_used, reason = "a panic is how a measurement fails")]

use criterion::Criterion;
use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::keys::Keychain;
use overpaint_core::library::Options;
use overpaint_core::settings::Given;
use overpaint_core::version::Version;
use overpaint_http::Server;
use overpaint_testkit::{Folder, sample};
use reqwest::{Client, RequestBuilder};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const JOBS: u32 = 1000;
/// The one in the middle.
const JOB: &str = "00000000-0000-4000-8000-000000000500";

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let runtime = Runtime::new().unwrap();
    let house = runtime.block_on(House::new());
    let version = house.picture.id;
    let tag = format!("\"{}\"", house.picture.picture.hash);
    let thumbnail = format!("/api/v1/versions/{version}/picture?size=thumb");
    let hot: [(&str, RequestBuilder, u16); 8] = [
        ("one job", house.get(&format!("/api/jobs/{JOB}")), 200),
        (
            "first page by keyset",
            house.get("/api/v1/jobs?limit=50"),
            200,
        ),
        (
            "first page of items",
            house.get("/api/v1/items?limit=50"),
            200,
        ),
        (
            "first page by number",
            house.get("/api/jobs/page?page=1&page_size=20"),
            200,
        ),
        ("list of 1,000", house.get("/api/jobs"), 200),
        ("thumbnail", house.get(&thumbnail), 200),
        (
            "result the client has",
            house
                .get(&format!("/static/{JOB}_out.jpg"))
                .header("if-none-match", tag),
            304,
        ),
        (
            "refusal of another name",
            house.get("/api/jobs").header("host", "evil.example"),
            403,
        ),
    ];
    for (name, request, status) in hot {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(ask(&request, status)));
        });
    }
    runtime.block_on(house.library.close());
    criterion.final_summary();
}

/// The length of the answer's body.
async fn ask(request: &RequestBuilder, status: u16) -> usize {
    let answer = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!(answer.status(), status);
    answer.bytes().await.unwrap().len()
}

/// A library with a thousand done jobs, and its HTTP in front.
struct House {
    library: Library,
    /// What all jobs were made of, and what came of them.
    picture: Version,
    http: Client,
    url: String,
    _folder: Folder,
}

impl House {
    async fn new() -> Self {
        let folder = Folder::new().unwrap();
        let options = Options {
            given: Given::nothing(folder.path()),
            keychain: Keychain::Absent,
            clock: Clock::system(),
        };
        let library = Library::open(options).await.unwrap();
        let mut upload = library.upload();
        upload
            .write(&sample::photo_jpeg(1600, 1200, 90))
            .await
            .unwrap();
        let picture = library.add_upload(upload, "bench.jpg").await.unwrap();
        fill(&library, &picture).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::new(library.clone(), listener).unwrap();
        let url = format!("http://{}", server.address());
        tokio::spawn(server.run(std::future::pending()));
        let http = Client::builder().no_proxy().build().unwrap();
        Self {
            library,
            picture,
            http,
            url,
            _folder: folder,
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }
}

/// Done jobs, one second apart, as the program itself would have written them (after `crates/core/src/store/migrations`).
async fn fill(library: &Library, picture: &Version) {
    let mut database = SqliteConnectOptions::new()
        .filename(library.settings().database)
        .connect()
        .await
        .unwrap();
    let count =
        "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?1)";
    let job = "printf('00000000-0000-4000-8000-%012d', n), ?2";
    let time = "1767225600000000 + n * 1000000";
    let rows = [
        format!(
            "INSERT INTO job (id, input_id, root_id, prompt, model, provider, state, created_at, updated_at, claimed_at)
             {count} SELECT {job}, ?2, 'replace the background with a sunset beach, take ' || n,
                 'fal-ai/bytedance/seedream/v4/edit', 'fal', 'done', {time}, {time} + 5000000, {time} FROM count"
        ),
        format!(
            "INSERT INTO version (job_id, root_id, id, parent_id, picture, name, created_at)
             {count} SELECT {job}, printf('00000000-0000-4000-9000-%012d', n), ?2, ?3, 'bench.jpg', {time} + 5000000 FROM count"
        ),
        format!("INSERT INTO attempt (job_id, number, ended) {count} SELECT printf('00000000-0000-4000-8000-%012d', n), 1, 1 FROM count"),
    ];
    for sql in rows {
        let arguments = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(JOBS);
        let arguments = arguments
            .bind(picture.id.to_string())
            .bind(&picture.picture.hash);
        arguments.execute(&mut database).await.unwrap();
    }
    database.close().await.unwrap();
}
