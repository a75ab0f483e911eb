//! The codes. They are stored in job rows and never change.

/// Declares the codes once: the enum, its stable names, and the way back from a name.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The stable name of what went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in JSON, in the database and in `--json` output.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The code of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    /// The file has no bytes.
    PictureEmpty = "picture_empty",
    /// The file ends before the picture does.
    PictureTruncated = "picture_truncated",
    /// The bytes are no picture at all.
    PictureUnknown = "picture_unknown",
    /// A known kind of picture that Overpaint does not read.
    PictureUnsupported = "picture_unsupported",
    /// Too many pixels, or too many bytes.
    PictureTooLarge = "picture_too_large",
    /// The picture's insides are broken.
    PictureBroken = "picture_broken",
    /// The picture is larger or smaller than the model takes.
    PictureOverLimit = "picture_over_limit",
    /// The file cannot be read (missing, or no permission).
    FileUnreadable = "file_unreadable",
    /// A folder without a picture in it.
    FolderWithoutPictures = "folder_without_pictures",
    /// The clipboard holds no picture.
    ClipboardEmpty = "clipboard_empty",
    /// The prompt is empty.
    PromptEmpty = "prompt_empty",
    /// The prompt is over 1 MiB.
    PromptTooLong = "prompt_too_long",
    /// A parameter of the model has a name or a value it cannot have.
    ParameterInvalid = "parameter_invalid",
    /// The idempotency key was used for another request.
    IdempotencyMismatch = "idempotency_mismatch",
    /// The edit would pass the owner's cap for the day or the month.
    CapReached = "cap_reached",
    /// No such job, version or model.
    NotFound = "not_found",
    /// The job is past the point where that can be done.
    TooLate = "too_late",
    /// Another program has the library open.
    LibraryInUse = "library_in_use",
    /// The database is damaged.
    LibraryDamaged = "library_damaged",
    /// The database was made by something else.
    LibraryForeign = "library_foreign",
    /// The database is of a kind, or a newer version, that this program does not read.
    LibraryUnsupported = "library_unsupported",
    /// Too much is being written at the moment.
    Busy = "busy",
    /// No space left.
    DiskFull = "disk_full",
    /// A file could not be written.
    DiskFailed = "disk_failed",
    /// A setting has a value it cannot have.
    SettingInvalid = "setting_invalid",
    /// There is no fal key.
    KeyMissing = "key_missing",
    /// The text is no key.
    KeyMalformed = "key_malformed",
    /// The key comes from the environment and cannot be changed here.
    KeyFixed = "key_fixed",
    /// The operating system offers no keychain.
    KeychainUnavailable = "keychain_unavailable",
    /// fal does not know the key.
    KeyRefused = "key_refused",
    /// The key is not allowed to do that.
    KeyNotAllowed = "key_not_allowed",
    /// fal has locked the account.
    AccountLocked = "account_locked",
    /// fal's policy forbids the edit.
    PolicyBlocked = "policy_blocked",
    /// The model refused a value.
    RequestRefused = "request_refused",
    /// The model could not load or read the picture.
    PictureNotTaken = "picture_not_taken",
    /// The model does not exist.
    ModelUnknown = "model_unknown",
    /// Too many requests.
    RateLimited = "rate_limited",
    /// The provider cannot be reached; nothing was sent.
    ProviderUnreachable = "provider_unreachable",
    /// The provider did not answer in time.
    ProviderTimeout = "provider_timeout",
    /// The provider failed.
    ProviderFailed = "provider_failed",
    /// The provider answered something unreadable.
    AnswerUnreadable = "answer_unreadable",
    /// The model finished and gave no picture.
    NoPictureMade = "no_picture_made",
    /// The request was sent, and its answer was lost.
    SubmitUnclear = "submit_unclear",
    /// The result cannot be fetched any more.
    ResultGone = "result_gone",
    /// Fetching the result broke off; it can be fetched again.
    DownloadFailed = "download_failed",
    /// What was fetched is no picture.
    ResultUnreadable = "result_unreadable",
    /// The result is stored here but could not be brought to the bucket.
    BucketFailed = "bucket_failed",
    /// The original backend ended while it worked on the job.
    Interrupted = "interrupted",
    /// The original backend failed at the job, for a reason it gave.
    OldBackendFailed = "old_backend_failed",
    /// There is no database of the original backend that can be read.
    OldBackendUnknown = "old_backend_unknown",
    /// The demo engine understood nothing of the prompt.
    DemoNothingUnderstood = "demo_nothing_understood",
    /// The clipboard, the file manager or the browser did not do it.
    DesktopFailed = "desktop_failed",
    /// A program's request cannot be read.
    RequestMalformed = "request_malformed",
    /// A program's request is larger than is taken.
    RequestTooLarge = "request_too_large",
    /// A web page, or a name that is not ours, may not ask.
    NotAdmitted = "not_admitted",
    /// The request lacks the token that is required.
    TokenRequired = "token_required",
    /// More requests than are taken in so short a time.
    TooManyRequests = "too_many_requests",
    /// There is no such route.
    NoRoute = "no_route",
    /// There is such a route, but not with that method.
    MethodNotAllowed = "method_not_allowed",
    /// A defect in Overpaint.
    Internal = "internal",
}
