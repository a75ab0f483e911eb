//! What the routes are, as OpenAPI written from the code, and two pages that show it: Swagger UI's and Redoc's npm packages, inside the
//! program, so that they work with the network cut. They load nothing from anywhere else, and their policy forbids it.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::{
    ContentBuilder, HttpMethod, InfoBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder,
    path::Operation,
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};

use crate::{compat, v1};

/// Files of the two packages; empty in a build made without `npm ci` in `ui/`, which `cargo xtask` runs first.
mod bundled {
    include!(concat!(env!("OUT_DIR"), "/docs.rs"));
}

/// Scripts of our own origin, styles that the two write into the page, pictures they carry inside; nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
     connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const SWAGGER_PAGE: &str = include_str!("docs/swagger.html");
const SWAGGER_START: &str = include_str!("docs/swagger.js");
const REDOC_PAGE: &str = include_str!("docs/redoc.html");
const REDOC_START: &str = include_str!("docs/redoc.js");

/// The pages and what they load.
pub(crate) fn routes(api: &OpenApi) -> Router {
    let json = api.to_json().unwrap_or_default();
    let files: [(&str, &str, &'static str); 7] = [
        ("/docs", "text/html; charset=utf-8", SWAGGER_PAGE),
        ("/redoc", "text/html; charset=utf-8", REDOC_PAGE),
        ("/docs/start.js", SCRIPT, SWAGGER_START),
        ("/docs/swagger-ui.js", SCRIPT, bundled::SWAGGER_UI_JS),
        (
            "/docs/swagger-ui.css",
            "text/css; charset=utf-8",
            bundled::SWAGGER_UI_CSS,
        ),
        ("/docs/redoc.js", SCRIPT, bundled::REDOC_JS),
        ("/docs/redoc-start.js", SCRIPT, REDOC_START),
    ];
    let described = Router::new().route(
        "/openapi.json",
        get(move || async move { ([(CONTENT_TYPE, "application/json")], json.clone()) }),
    );
    files
        .into_iter()
        .fold(described, |routes, (path, kind, text)| {
            routes.route(path, get(move || async move { page(kind, text) }))
        })
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

fn page(kind: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}

/// The whole description, as `/openapi.json` serves it.
#[must_use]
pub fn description() -> OpenApi {
    let mut api = compat::routes().into_openapi();
    api.merge(v1::routes().into_openapi());
    describe(&mut api);
    api
}

fn describe(api: &mut OpenApi) {
    api.info = InfoBuilder::new()
        .title("Overpaint")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Overpaint's local API. New programs use `/api/v1`, whose errors are problem+json with a stable `code`. `/api/jobs` and `/static` \
             stay as the older FastAPI backend had them, so that its clients go on working.",
        ))
        .build();
    let tag = |name, about| {
        TagBuilder::new()
            .name(name)
            .description(Some(about))
            .build()
    };
    api.tags = Some(vec![
        tag("jobs", "The original backend's routes"),
        tag("edits", "Edits and the jobs that run them"),
        tag("money", "What edits cost, what was spent, what is left"),
        tag("library", "Pictures, versions, the list"),
        tag("events", "What happens, as it happens"),
    ]);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = api.components.get_or_insert_default();
    components
        .security_schemes
        .insert("token".to_owned(), bearer.into());
    components.schemas.insert(
        "ProblemDocument".to_owned(),
        <crate::problem::ProblemDocument as utoipa::PartialSchema>::schema(),
    );
    // Asked for where a token was set, else not.
    api.security = Some(vec![
        SecurityRequirement::default(),
        SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
    ]);
    // The router's way to say "the rest of the path" is not OpenAPI's, which has none.
    let paths = std::mem::take(&mut api.paths.paths).into_iter();
    api.paths.paths = paths
        .map(|(path, item)| (path.replace("{*", "{"), item))
        .collect();
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            add_refusals(path, &method, operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let each = [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ];
    each.into_iter()
        .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

/// What any request can be answered with, so that no handler has to say it again: the guard's refusals, and on our own routes the problems of
/// the one table.
fn add_refusals(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let ours = path.starts_with("/api/v1/");
    let mut statuses = vec!["401", "403", "429"];
    if path == "/health" {
        operation.security = Some(Vec::new());
        return;
    }
    if ours {
        statuses.extend(["400", "404", "500"]);
        if *method == HttpMethod::Post {
            statuses.extend(["402", "409", "413", "415", "422", "507"]);
        }
    }
    let (kind, schema) = match ours {
        true => ("application/problem+json", "ProblemDocument"),
        false => ("application/json", "Detail"),
    };
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = about(status, ours).to_owned();
        }
    }
    for status in statuses {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(schema)))
            .build();
        let response = ResponseBuilder::new()
            .description(about(status, ours))
            .content(kind, content)
            .build();
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| response.into());
    }
}

fn about(status: &str, ours: bool) -> &'static str {
    match status {
        "200" | "201" | "202" | "204" => "As asked",
        "400" => "The request cannot be read",
        "401" if ours => "The token, or a fal key, is missing",
        "401" => "The token is missing",
        "402" => "A cap on spending would be passed",
        "403" => "The host or the origin is not listed",
        "404" => "There is no such thing",
        "409" => "Too late for that",
        "413" => "Too large",
        "415" => "Not JSON",
        "422" => "Something in it cannot be",
        "429" => "Too many at once: wait as long as Retry-After says",
        "507" => "The disk is full",
        _ => "Something in Overpaint broke",
    }
}
