//! Which of fal's hosts and routes a path on the one origin means. Pure.
//!
//! Written by hand rather than as axum routes because a model's path has any depth (`fal-ai/bytedance/seedream/v4/edit`) and swallows
//! everything after the prefix, and because a wrong method must be answered as fal does.

use crate::record::Role;

/// What a path names. Slices are of the request's path, still percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// queue.fal.run, a model.
    Submit { endpoint: &'a str },
    /// queue.fal.run, a request of a model; `path` is what stands before `/requests/`.
    Request {
        path: &'a str,
        id: &'a str,
        part: RequestPart,
    },
    /// fal.run, a model.
    Run { endpoint: &'a str },
    /// rest.fal.ai
    Initiate,
    /// rest.fal.ai
    Balance,
    /// api.fal.ai
    Pricing,
    /// api.fal.ai: what a batch of calls would cost.
    Estimate,
    /// api.fal.ai: past requests.
    Requests,
    /// api.fal.ai: what was kept of one request.
    Payloads { id: &'a str },
    /// api.fal.ai: the catalogue.
    Models,
    /// api.fal.ai: credits, for keys of a higher scope than ours.
    Billing,
    /// fal.ai, the web site: one model's OpenAPI document.
    Schema,
    /// The signed place an upload is put to.
    Upload { file: &'a str },
    /// v3b.fal.media; `moved` is where a simulated redirect leads.
    File { file: &'a str, moved: bool },
    /// Where a 202 of the original's protocol sends its client.
    Poll { id: &'a str },
    /// The original's protocol: a model's path at the bare root.
    Direct { endpoint: &'a str },
    /// Not fal: our own control routes.
    Control { rest: &'a str },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestPart {
    Status,
    StatusStream,
    Result,
    Cancel,
}

impl<'a> Route<'a> {
    /// `None` where no host of fal's has such a path.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let path = path.trim_matches('/');
        let (prefix, rest) = path.split_once('/').unwrap_or((path, ""));
        match prefix {
            "queue" => queue(rest),
            "run" => (!rest.is_empty()).then_some(Self::Run { endpoint: rest }),
            "rest" => match rest {
                "storage/upload/initiate" => Some(Self::Initiate),
                "billing/user_balance" => Some(Self::Balance),
                _ => None,
            },
            "api" => platform(rest.strip_prefix("v1/")?),
            "site" => (rest == "api/openapi/queue/openapi.json").then_some(Self::Schema),
            "files" => match rest.split_once('/')? {
                ("upload", file) => Some(Self::Upload { file }),
                ("b", file) => Some(Self::File { file, moved: false }),
                ("moved", file) => Some(Self::File { file, moved: true }),
                _ => None,
            },
            "_poll" => Some(Self::Poll { id: rest }),
            "_control" => Some(Self::Control { rest }),
            "" => None,
            _ => Some(Self::Direct { endpoint: path }),
        }
    }

    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Submit { .. } => Role::Submit,
            Self::Request { part, .. } => match part {
                RequestPart::Status => Role::Status,
                RequestPart::StatusStream => Role::StatusStream,
                RequestPart::Result => Role::Result,
                RequestPart::Cancel => Role::Cancel,
            },
            Self::Run { .. } => Role::Run,
            Self::Initiate => Role::Initiate,
            Self::Balance => Role::Balance,
            Self::Pricing => Role::Pricing,
            Self::Estimate => Role::Estimate,
            Self::Requests => Role::Requests,
            Self::Payloads { .. } => Role::Payloads,
            Self::Models => Role::Models,
            Self::Billing => Role::Billing,
            Self::Schema => Role::Schema,
            Self::Upload { .. } => Role::Upload,
            Self::File { .. } => Role::Download,
            Self::Poll { .. } => Role::Poll,
            Self::Direct { .. } => Role::Direct,
            Self::Control { .. } => Role::Other,
        }
    }

    pub(crate) fn takes(&self, method: &str) -> bool {
        match self {
            Self::Submit { .. }
            | Self::Run { .. }
            | Self::Direct { .. }
            | Self::Initiate
            | Self::Estimate => method == "POST",
            Self::Payloads { .. } => method == "DELETE",
            Self::Request {
                part: RequestPart::Cancel,
                ..
            }
            | Self::Upload { .. } => method == "PUT",
            Self::Request { .. }
            | Self::Balance
            | Self::Pricing
            | Self::Requests
            | Self::Models
            | Self::Billing
            | Self::Schema
            | Self::Poll { .. } => method == "GET",
            Self::File { .. } => matches!(method, "GET" | "HEAD" | "OPTIONS"),
            Self::Control { .. } => true,
        }
    }
}

fn queue(rest: &str) -> Option<Route<'_>> {
    let Some((path, request)) = rest.split_once("/requests/") else {
        return (!rest.is_empty()).then_some(Route::Submit { endpoint: rest });
    };
    let (id, part) = request.split_once('/').unwrap_or((request, ""));
    let part = match part {
        "status" => RequestPart::Status,
        "status/stream" => RequestPart::StatusStream,
        "" | "response" => RequestPart::Result,
        "cancel" => RequestPart::Cancel,
        _ => return None,
    };
    Some(Route::Request { path, id, part })
}

fn platform(rest: &str) -> Option<Route<'_>> {
    Some(match rest {
        "models" => Route::Models,
        "models/pricing" => Route::Pricing,
        "models/pricing/estimate" => Route::Estimate,
        "models/requests/by-endpoint" => Route::Requests,
        "account/billing" => Route::Billing,
        _ => Route::Payloads {
            id: rest
                .strip_prefix("models/requests/")?
                .strip_suffix("/payloads")?,
        },
    })
}

/// The part of an endpoint id that status, result and cancel URLs keep: owner and alias, one segment more for `workflows/` and `comfy/`.
pub(crate) fn app_of(endpoint: &str) -> &str {
    let kept = if endpoint.starts_with("workflows/") || endpoint.starts_with("comfy/") {
        3
    } else {
        2
    };
    endpoint
        .match_indices('/')
        .nth(kept - 1)
        .map_or(endpoint, |(end, _)| &endpoint[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_of_fal_has_its_prefix() {
        let request = |part| Route::Request {
            path: "fal-ai/nano-banana",
            id: "7",
            part,
        };
        let table = [
            (
                "/queue/fal-ai/nano-banana/edit",
                Some(Route::Submit {
                    endpoint: "fal-ai/nano-banana/edit",
                }),
            ),
            (
                "/queue/fal-ai/nano-banana/requests/7/status",
                Some(request(RequestPart::Status)),
            ),
            (
                "/queue/fal-ai/nano-banana/requests/7/status/stream",
                Some(request(RequestPart::StatusStream)),
            ),
            (
                "/queue/fal-ai/nano-banana/requests/7",
                Some(request(RequestPart::Result)),
            ),
            (
                "/queue/fal-ai/nano-banana/requests/7/response",
                Some(request(RequestPart::Result)),
            ),
            (
                "/queue/fal-ai/nano-banana/requests/7/cancel",
                Some(request(RequestPart::Cancel)),
            ),
            ("/queue/fal-ai/nano-banana/requests/7/nonsense", None),
            (
                "/run/fal-ai/esrgan",
                Some(Route::Run {
                    endpoint: "fal-ai/esrgan",
                }),
            ),
            ("/rest/storage/upload/initiate", Some(Route::Initiate)),
            ("/rest/billing/user_balance", Some(Route::Balance)),
            ("/api/v1/models/pricing", Some(Route::Pricing)),
            ("/api/v1/models/pricing/estimate", Some(Route::Estimate)),
            ("/api/v1/models", Some(Route::Models)),
            ("/api/v1/account/billing", Some(Route::Billing)),
            ("/api/v1/models/requests/by-endpoint", Some(Route::Requests)),
            (
                "/api/v1/models/requests/7/payloads",
                Some(Route::Payloads { id: "7" }),
            ),
            ("/api/v2/models", None),
            ("/site/api/openapi/queue/openapi.json", Some(Route::Schema)),
            (
                "/files/b/0aa1b2c3/x.png",
                Some(Route::File {
                    file: "0aa1b2c3/x.png",
                    moved: false,
                }),
            ),
            (
                "/fal-ai/seedream-v4",
                Some(Route::Direct {
                    endpoint: "fal-ai/seedream-v4",
                }),
            ),
            ("/", None),
            ("/queue", None),
        ];
        for (path, expected) in table {
            assert_eq!(Route::parse(path), expected, "{path}");
        }
    }

    #[test]
    fn an_app_is_owner_and_alias_and_one_more_for_workflows() {
        assert_eq!(
            app_of("fal-ai/bytedance/seedream/v4/edit"),
            "fal-ai/bytedance"
        );
        assert_eq!(app_of("fal-ai/esrgan"), "fal-ai/esrgan");
        assert_eq!(app_of("workflows/me/mine/deep"), "workflows/me/mine");
        assert_eq!(app_of("lonely"), "lonely");
    }
}
