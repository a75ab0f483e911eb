//! The one table: what each code means outside core. The match has no `_` arm, so a new code cannot be forgotten.

use overpaint_core::error::Code;

use super::NextStep;

/// One row of the table: what a code means outside.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// HTTP status that fits.
    pub status: u16,
    /// What happened, a few words.
    pub title: &'static str,
    /// What happened and what to do, for a case that brings no words of its own.
    pub sentence: &'static str,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
    /// The one thing to do next.
    pub next: Option<NextStep>,
}

/// The table: every code, once. What it cost is said by [`Charged`](super::Charged), in words of the window's own.
#[must_use]
pub fn row(code: Code) -> Row {
    use NextStep as N;
    let row = |status, title, sentence, next| Row {
        status,
        title,
        sentence,
        retryable: false,
        next,
    };
    let again = |status, title, sentence, next| Row {
        status,
        title,
        sentence,
        retryable: true,
        next,
    };
    match code {
        Code::PictureEmpty => row(
            422,
            "The file is empty",
            "It has no bytes. Copy or download it again.",
            Some(N::ChoosePicture),
        ),
        Code::PictureTruncated => row(
            422,
            "The file is cut off",
            "It ends before the picture does. Copy or download it again.",
            Some(N::ChoosePicture),
        ),
        Code::PictureUnknown => row(
            422,
            "This is not a picture",
            "Overpaint takes PNG, JPEG, WebP, GIF, TIFF and BMP.",
            Some(N::ChoosePicture),
        ),
        Code::PictureUnsupported => row(
            422,
            "This kind of picture is not supported",
            "Save it as PNG or JPEG first.",
            Some(N::ChoosePicture),
        ),
        Code::PictureTooLarge => row(
            413,
            "The picture is too large",
            "Save a smaller copy first.",
            Some(N::ChoosePicture),
        ),
        Code::PictureBroken => row(
            422,
            "The picture is damaged",
            "Its insides cannot be read. Copy or download it again.",
            Some(N::ChoosePicture),
        ),
        Code::PictureOverLimit => row(
            422,
            "The picture does not fit the model",
            "Choose another picture or another model; a large picture can also be made to fit.",
            Some(N::ChoosePicture),
        ),
        Code::FileUnreadable => row(
            404,
            "The file cannot be read",
            "Check that it is still there and that you may open it.",
            Some(N::ChoosePicture),
        ),
        Code::FolderWithoutPictures => row(
            422,
            "No pictures in this folder",
            "Overpaint looks at the files directly in it.",
            Some(N::ChoosePicture),
        ),
        Code::ClipboardEmpty => row(
            422,
            "No picture on the clipboard",
            "Copy a picture first, then paste.",
            None,
        ),
        Code::PromptEmpty => row(
            422,
            "Say what should change",
            "Write a few words first.",
            Some(N::EditPrompt),
        ),
        Code::PromptTooLong => row(
            413,
            "The prompt is too long",
            "At most 1 MB is taken.",
            Some(N::EditPrompt),
        ),
        Code::ParameterInvalid => row(
            422,
            "A parameter does not fit",
            "Change it and try again.",
            None,
        ),
        Code::IdempotencyMismatch => row(
            422,
            "The idempotency key was used before",
            "It belongs to another request. Use a fresh key for each edit.",
            None,
        ),
        Code::CapReached => row(
            402,
            "Your cap is reached",
            "Nothing was sent. Raise the cap in Settings, or wait until it begins anew.",
            Some(N::OpenSpending),
        ),
        Code::NotFound => row(404, "Not found", "It may have been deleted for good.", None),
        Code::TooLate => row(
            409,
            "Too late for that",
            "The edit has moved on meanwhile.",
            None,
        ),
        Code::LibraryInUse => row(
            409,
            "The library is in use",
            "Close that one first, or stop the server.",
            None,
        ),
        Code::LibraryDamaged => row(
            500,
            "The library is damaged",
            "Its database did not pass the check. Nothing was changed; a backup lies beside it if one was made.",
            Some(N::ShowLog),
        ),
        Code::LibraryForeign => row(
            409,
            "This is not an Overpaint library",
            "The database was made by another program. Choose another library folder.",
            None,
        ),
        Code::LibraryUnsupported => row(
            501,
            "This library cannot be opened",
            "This version of Overpaint does not read it.",
            None,
        ),
        Code::Busy => again(
            503,
            "The library is busy",
            "Try again in a moment.",
            Some(N::Retry),
        ),
        Code::DiskFull => again(
            507,
            "The disk is full",
            "Free some space, then try again. Nothing that was saved is lost.",
            Some(N::Retry),
        ),
        Code::DiskFailed => again(
            500,
            "A file could not be written",
            "Check the disk and the folder's permissions, then try again.",
            Some(N::Retry),
        ),
        Code::SettingInvalid => row(
            422,
            "A setting does not fit",
            "Change it and try again.",
            None,
        ),
        Code::KeyMissing => row(
            401,
            "No fal key",
            "Add your key in Settings, or choose the demo engine.",
            Some(N::OpenKeySettings),
        ),
        Code::KeyMalformed => row(
            422,
            "That is no fal key",
            "A key looks like id:secret, without spaces. Copy it again from fal's dashboard.",
            Some(N::OpenKeySettings),
        ),
        Code::KeyFixed => row(
            409,
            "The key comes from the environment",
            "Change it where it is set (FAL_API_KEY or FAL_KEY).",
            None,
        ),
        Code::KeychainUnavailable => row(
            503,
            "No keychain on this computer",
            "The key can be kept in a file that only you can read, if you say so.",
            None,
        ),
        Code::KeyRefused => again(
            401,
            "fal does not know this key",
            "Check the key in Settings; fal shows a key's secret only once.",
            Some(N::OpenKeySettings),
        ),
        Code::KeyNotAllowed => again(
            403,
            "The key may not do that",
            "Use a key with the API scope, or choose another model.",
            Some(N::OpenKeySettings),
        ),
        Code::AccountLocked => again(
            403,
            "Your fal account is locked",
            "Top up at fal, then try again; what waits is kept.",
            Some(N::OpenFalBilling),
        ),
        Code::PolicyBlocked => row(
            422,
            "Blocked by fal's content policy",
            "Change the prompt or the picture.",
            Some(N::EditPrompt),
        ),
        Code::RequestRefused => row(
            422,
            "The model refused the request",
            "Change what it names, or choose another model.",
            Some(N::EditPrompt),
        ),
        Code::PictureNotTaken => row(
            422,
            "The model could not read the picture",
            "Save it as PNG or JPEG and add it again, or choose another model.",
            Some(N::ChoosePicture),
        ),
        Code::ModelUnknown => row(404, "fal has no such model", "Choose another model.", None),
        Code::RateLimited => again(
            429,
            "Too many requests",
            "fal asks for a pause. Try again in a moment.",
            Some(N::Retry),
        ),
        Code::ProviderUnreachable => again(
            503,
            "fal cannot be reached",
            "Check the network. Nothing was sent.",
            Some(N::Retry),
        ),
        Code::ProviderTimeout => again(
            504,
            "The model did not answer in time",
            "Try again, or choose another model.",
            Some(N::Retry),
        ),
        Code::ProviderFailed => again(
            502,
            "The model failed",
            "Try again, or choose another model.",
            Some(N::Retry),
        ),
        Code::AnswerUnreadable => again(
            502,
            "fal's answer made no sense",
            "It was not what fal's documents promise. Try again.",
            Some(N::Retry),
        ),
        Code::NoPictureMade => again(
            502,
            "The model made no picture",
            "Say it in other words, or try again.",
            Some(N::EditPrompt),
        ),
        Code::SubmitUnclear => row(
            502,
            "We can't tell whether fal ran this",
            "Look at your fal dashboard before you run it again.",
            Some(N::Retry),
        ),
        Code::ResultGone => row(
            410,
            "The result is gone",
            "It cannot be fetched any more. With the request id, fal's support can look for it.",
            Some(N::Retry),
        ),
        Code::DownloadFailed => again(
            502,
            "The result could not be fetched",
            "It is still at fal. Trying again costs nothing.",
            Some(N::Retry),
        ),
        Code::ResultUnreadable => again(
            502,
            "The result is no picture",
            "What fal's file host gave cannot be read. Trying again costs nothing.",
            Some(N::Retry),
        ),
        Code::BucketFailed => again(
            502,
            "The result is not in the bucket yet",
            "It is stored here. Check the S3 settings; trying again costs nothing.",
            Some(N::Retry),
        ),
        Code::Interrupted => row(
            500,
            "It was interrupted in the old backend",
            "Whether fal ran it is not known. Look at your fal dashboard before you run it again.",
            Some(N::Retry),
        ),
        Code::OldBackendFailed => row(
            502,
            "It failed in the old backend",
            "Run it again if you still want it.",
            Some(N::Retry),
        ),
        Code::OldBackendUnknown => row(
            422,
            "This is not the old backend's folder",
            "Name the folder in which its app.db lies, and stop the old backend first.",
            None,
        ),
        Code::DemoNothingUnderstood => row(
            422,
            "The demo engine did not understand",
            "It knows simple colour and shape edits, such as “warmer, soft vignette” or “black and white”.",
            Some(N::EditPrompt),
        ),
        Code::DesktopFailed => again(503, "The desktop did not do it", "Try again.", None),
        Code::RequestMalformed => row(
            400,
            "The request cannot be read",
            "Compare it with the API description at /docs.",
            None,
        ),
        Code::RequestTooLarge => row(
            413,
            "The request is too large",
            "Send a smaller picture.",
            None,
        ),
        Code::NotAdmitted => row(
            403,
            "This request is not admitted",
            "List its origin in ALLOWED_ORIGINS, or its host in ALLOWED_HOSTS.",
            None,
        ),
        Code::TokenRequired => row(
            401,
            "A token is required",
            "Send it as Authorization: Bearer TOKEN.",
            None,
        ),
        Code::TooManyRequests => again(
            429,
            "Too many requests at once",
            "Wait as long as Retry-After says, then send it again.",
            None,
        ),
        Code::NoRoute => row(
            404,
            "There is nothing at this address",
            "The API description at /docs lists what there is.",
            None,
        ),
        Code::MethodNotAllowed => row(
            405,
            "This address has no such method",
            "The API description at /docs lists what there is.",
            None,
        ),
        Code::Internal => row(
            500,
            "Something in Overpaint broke",
            "That is a defect. The log file tells more.",
            Some(N::ShowLog),
        ),
    }
}
