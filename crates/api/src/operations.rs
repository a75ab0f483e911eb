//! The operations of the facade: name → (request, answer). The window's commands and the page's `call` are typed by [`Operations`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::job::{History, ItemPage, Job};
use crate::model::{FoundModels, Model, ModelForm, SearchModels, SetFavourite};
use crate::money::{AskQuote, Balance, LedgerPage, Quote, Spending};
use crate::picture::{Added, Version};
use crate::settings::{
    Draft, KeyTest, LocalApi, NewToken, SetApi, Settings, SettingsChange, Status,
};

/// No request, or no answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(type = "null")]
pub struct Nothing;

/// Files or folders to add to the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AddPictures {
    /// Absolute paths; a folder stands for the pictures in it.
    pub paths: Vec<String>,
}

/// The wish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SubmitEdit {
    /// The version to edit.
    pub version_id: String,
    /// What should change; not empty.
    pub prompt: String,
    /// Endpoint id or `demo`.
    pub model: String,
    /// The model's own parameters by name, sent as they are; none for the demo engine.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[ts(optional, as = "Option<Map<String, Value>>")]
    pub parameters: Map<String, Value>,
    /// The other pictures that the model sees: versions, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub references: Vec<String>,
    /// Make pictures that are over the model's limit fit.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub shrink: bool,
    /// Run it even if the result of the same edit could be given for nothing.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub fresh: bool,
    /// A fresh UUID per click: the same key gives the same job, so that a double click is one job.
    pub idempotency_key: String,
}

/// The wish as a program sends it; the key that joins repeats travels beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditWish {
    /// The version to edit: an original, or the result of another edit.
    pub version_id: String,
    /// What should change; not empty, at most 1 MiB.
    pub prompt: String,
    /// Endpoint id or `demo`; without one, the model that the settings name.
    pub model: Option<String>,
    /// The model's own parameters by name, sent as they are; none for the demo engine.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// The other pictures that the model sees: versions, in this order.
    #[serde(default)]
    pub references: Vec<String>,
    /// Make pictures that are over the model's limit fit; without it such an edit is refused.
    #[serde(default)]
    pub shrink: bool,
    /// Run it even if the result of the same edit with the same seed could be given for nothing.
    #[serde(default)]
    pub fresh: bool,
}

/// A page of jobs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Give it to the next request as `after`; none at the end.
    pub next: Option<String>,
}

/// One thing by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ById {
    /// The id.
    pub id: String,
}

/// Several things by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ByIds {
    /// The ids.
    pub ids: Vec<String>,
}

/// Where in the Library to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListItems {
    /// `next` of the page before; none for the first page.
    pub after: Option<String>,
    /// 1 to 200.
    pub limit: u32,
}

/// Write a version to a file of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaveVersion {
    /// The version.
    pub id: String,
    /// Absolute path, chosen in the save dialog; its ending decides the format (png, jpg, webp; else as stored).
    pub path: String,
}

/// A key typed by the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetKey {
    /// The key; it goes in and never comes out.
    pub key: String,
    /// The user agreed to a file only they can read, because this computer has no keychain.
    pub allow_file: bool,
}

/// A page of fal's that the window may open in the browser; no other address can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExternalPage {
    /// Where keys are made.
    FalKeys,
    /// Where the balance is topped up.
    FalBilling,
    /// Where past requests are listed: the place to look after a doubt.
    FalRequests,
}

/// Opens a page in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenExternal {
    /// Which.
    pub page: ExternalPage,
}

/// Every operation, so that `call("submit_edit", …)` is typed on both sides.
#[derive(Debug, TS)]
#[expect(dead_code, reason = "read only by the TypeScript export")]
pub struct Operations {
    get_status: (Nothing, Status),
    /// The models to choose from: the demo engine, the built-in ones, favourites and those used lately.
    list_models: (Nothing, Vec<Model>),
    /// Looks in fal's whole list; one that is old is read again meanwhile, `models` announces it.
    search_models: (SearchModels, FoundModels),
    /// Reads fal's list again, now.
    refresh_models: (Nothing, FoundModels),
    /// The form of one model. A schema that is not known yet is fetched.
    get_model: (ById, ModelForm),
    set_favourite: (SetFavourite, Model),
    get_quote: (AskQuote, Quote),
    get_spending: (Nothing, Spending),
    list_ledger: (ListItems, LedgerPage),
    get_balance: (Nothing, Balance),
    add_pictures: (AddPictures, Added),
    /// Adds the picture or the copied files on the clipboard.
    paste_picture: (Nothing, Added),
    /// Adds the sample picture that Overpaint draws itself.
    add_sample: (Nothing, Added),
    submit_edit: (SubmitEdit, Job),
    get_job: (ById, Job),
    cancel_job: (ById, Job),
    /// Runs a failed, cancelled or unconfirmed edit again: a new attempt, said to the user before when it may cost twice.
    retry_job: (ById, Job),
    /// Looks in fal's list once more for an unconfirmed edit: free.
    look_again: (ById, Job),
    /// Jobs queued or at work, and those that ended in trouble today; newest first.
    list_active: (Nothing, Vec<Job>),
    list_items: (ListItems, ItemPage),
    /// Moves jobs (with their results) or originals (with all made from them) to the trash.
    delete_items: (ByIds, Nothing),
    /// Undoes `delete_items`.
    restore_items: (ByIds, Nothing),
    get_version: (ById, Version),
    /// The whole history that a version belongs to.
    get_history: (ById, History),
    /// A readable file name for "save as", for example `coffee warm cinematic.png`.
    suggest_name: (ById, String),
    save_version: (SaveVersion, Nothing),
    /// Puts the picture itself on the clipboard.
    copy_version: (ById, Nothing),
    /// Shows the stored file in the file manager.
    reveal_version: (ById, Nothing),
    /// Shows the library's folder in the file manager.
    reveal_library: (Nothing, Nothing),
    /// Shows the log file in the file manager.
    reveal_log: (Nothing, Nothing),
    get_settings: (Nothing, Settings),
    change_settings: (SettingsChange, Settings),
    set_key: (SetKey, Status),
    remove_key: (Nothing, Status),
    test_key: (Nothing, KeyTest),
    get_api: (Nothing, LocalApi),
    set_api: (SetApi, LocalApi),
    /// Makes a token that the local API requires from now on, in place of the one before.
    make_api_token: (Nothing, NewToken),
    remove_api_token: (Nothing, LocalApi),
    /// Opens the local API's own description in the browser.
    open_api_description: (Nothing, Nothing),
    get_draft: (Nothing, Draft),
    set_draft: (Draft, Nothing),
    /// Files given on the command line at the start, already added; empty afterwards.
    take_opened: (Nothing, Added),
    open_external: (OpenExternal, Nothing),
    /// Closes the program; unfinished jobs go on at the next start.
    quit: (Nothing, Nothing),
}
