// Written by `cargo xtask types` from crates/api. Do not edit.

/**
 * Files or folders to add to the library.
 */
export type AddPictures = { 
/**
 * Absolute paths; a folder stands for the pictures in it.
 */
paths: Array<string>, };

/**
 * The answer to adding files: what became a version, what was refused. Adding the same bytes twice gives the same version.
 */
export type Added = { 
/**
 * New originals, in the order of the request.
 */
versions: Array<Version>, 
/**
 * What was refused.
 */
refused: Array<Refused>, };

/**
 * One thing by id.
 */
export type ById = { 
/**
 * The id.
 */
id: string, };

/**
 * Several things by id.
 */
export type ByIds = { 
/**
 * The ids.
 */
ids: Array<string>, };

/**
 * Whether money may have been spent on the attempt a problem speaks of.
 */
export type Charged = "no" | "maybe" | "yes";

/**
 * What stood in the composer, so that an unsent prompt survives a crash.
 */
export type Draft = { 
/**
 * The unsent prompt.
 */
prompt: string, 
/**
 * The version that was shown.
 */
version_id: string | null, };

/**
 * An announcement; under 4 KB each, except `opened`, which a person's own act bounds.
 */
export type Event = { "type": "job", 
/**
 * Its whole state.
 */
job: Job, } | { "type": "library" } | { "type": "settings" } | { "type": "opened", 
/**
 * What came of them.
 */
added: Added, } | { "type": "close_asked", 
/**
 * How many jobs are at work.
 */
active: number, };

/**
 * A page of fal's that the window may open in the browser; no other address can be.
 */
export type ExternalPage = "fal_keys" | "fal_billing" | "fal_requests";

/**
 * The history of one picture: every version below one original, and the jobs that have not become a version.
 */
export type History = { 
/**
 * Oldest first; the first is the original.
 */
versions: Array<Version>, 
/**
 * Oldest first: at work, failed, cancelled, unconfirmed.
 */
jobs: Array<Job>, };

/**
 * One cell of the Library: an original (no job) or a job (with its first result, once it has one).
 */
export type Item = { 
/**
 * Id of the job, or of the original.
 */
id: string, 
/**
 * The job; none for an original.
 */
job: Job | null, 
/**
 * The original, or the job's first result; none while it has none.
 */
version: Version | null, };

/**
 * A page of the Library, newest first.
 */
export type ItemPage = { 
/**
 * The items.
 */
items: Array<Item>, 
/**
 * Give it to the next call; none at the end.
 */
next: string | null, 
/**
 * How many items the Library has.
 */
total: number, };

/**
 * One run of an edit by a provider. Always the whole state, never a difference, so that a lost or doubled event is harmless.
 */
export type Job = { 
/**
 * Id (UUID).
 */
id: string, 
/**
 * Where it is.
 */
state: JobState, 
/**
 * The version it edits.
 */
input_id: string, 
/**
 * The original of that history.
 */
root_id: string, 
/**
 * The wish; cut to 200 characters in lists and events, whole in `get_job`.
 */
prompt: string, 
/**
 * The model's endpoint id, or `demo`.
 */
model: string, 
/**
 * The model's own parameters, as they were given; left out in lists and events.
 */
parameters: { [key in string]: JsonValue }, 
/**
 * `fal` or `demo`.
 */
provider: string, 
/**
 * The user wants it ended; the provider may finish first.
 */
cancel_asked: boolean, 
/**
 * Present while it is at work.
 */
progress: Progress | null, 
/**
 * Present when it failed or is unconfirmed.
 */
problem: Problem | null, 
/**
 * What a person should know about the result, for example which words the demo engine did not understand.
 */
note: string | null, 
/**
 * Ids of the versions it made.
 */
result_ids: Array<string>, 
/**
 * The provider's id for the request.
 */
request_id: string | null, 
/**
 * When it was accepted, RFC 3339 in UTC.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * Where a job is.
 */
export type JobState = "queued" | "uploading" | "submitting" | "waiting" | "downloading" | "done" | "failed" | "cancelled" | "unconfirmed";

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

/**
 * Where the fal key in force comes from.
 */
export type KeySource = "none" | "environment" | "keychain" | "file";

/**
 * Outcome of the free key test.
 */
export type KeyTest = "works" | "refused" | "locked" | "unreachable";

/**
 * Where in the Library to read.
 */
export type ListItems = { 
/**
 * `next` of the page before; none for the first page.
 */
after: string | null, 
/**
 * 1 to 200.
 */
limit: number, };

/**
 * The local API, as the window shows it.
 */
export type LocalApi = { 
/**
 * The switch.
 */
on: boolean, 
/**
 * Where it answers, for example `http://127.0.0.1:8000`; none while it does not.
 */
url: string | null, 
/**
 * The port it was wished at; where that one is taken, `url` has the next free one.
 */
port: number, 
/**
 * Whether a bearer token is required.
 */
token_required: boolean, 
/**
 * Why it does not answer although it is on.
 */
problem: Problem | null, 
/**
 * Names of what the environment or a flag decides: `api_port`, `api_token`.
 */
fixed: Array<string>, };

/**
 * What can be run.
 */
export type Model = { 
/**
 * Endpoint id, for example `fal-ai/bytedance/seedream/v4/edit`, or `demo`.
 */
id: string, 
/**
 * Name for people.
 */
name: string, 
/**
 * `fal` or `demo`.
 */
provider: string, 
/**
 * One line: what it is good for.
 */
hint: string, 
/**
 * False while it lacks something (a key), which `hint` does not say.
 */
ready: boolean, };

/**
 * A token that was just made: shown this once, kept only as its hash.
 */
export type NewToken = { 
/**
 * For the header `Authorization: Bearer …`.
 */
token: string, 
/**
 * The local API, which requires it from now on.
 */
api: LocalApi, };

/**
 * What the person can do next; the window draws it as the card's first button.
 */
export type NextStep = "retry" | "edit_prompt" | "open_key_settings" | "open_fal_billing" | "show_log" | "choose_picture";

/**
 * No request, or no answer.
 */
export type Nothing = null;

/**
 * Opens a page in the browser.
 */
export type OpenExternal = { 
/**
 * Which.
 */
page: ExternalPage, };

/**
 * Every operation, so that `call("submit_edit", …)` is typed on both sides.
 */
export type Operations = { get_status: [Nothing, Status], list_models: [Nothing, Array<Model>], add_pictures: [AddPictures, Added], 
/**
 * Adds the picture or the copied files on the clipboard.
 */
paste_picture: [Nothing, Added], 
/**
 * Adds the sample picture that Overpaint draws itself.
 */
add_sample: [Nothing, Added], submit_edit: [SubmitEdit, Job], get_job: [ById, Job], cancel_job: [ById, Job], 
/**
 * Runs a failed, cancelled or unconfirmed edit again: a new attempt, said to the user before when it may cost twice.
 */
retry_job: [ById, Job], 
/**
 * Jobs queued or at work, and those that ended in trouble today; newest first.
 */
list_active: [Nothing, Array<Job>], list_items: [ListItems, ItemPage], 
/**
 * Moves jobs (with their results) or originals (with all made from them) to the trash.
 */
delete_items: [ByIds, Nothing], 
/**
 * Undoes `delete_items`.
 */
restore_items: [ByIds, Nothing], get_version: [ById, Version], 
/**
 * The whole history that a version belongs to.
 */
get_history: [ById, History], 
/**
 * A readable file name for "save as", for example `coffee warm cinematic.png`.
 */
suggest_name: [ById, string], save_version: [SaveVersion, Nothing], 
/**
 * Puts the picture itself on the clipboard.
 */
copy_version: [ById, Nothing], 
/**
 * Shows the stored file in the file manager.
 */
reveal_version: [ById, Nothing], 
/**
 * Shows the library's folder in the file manager.
 */
reveal_library: [Nothing, Nothing], 
/**
 * Shows the log file in the file manager.
 */
reveal_log: [Nothing, Nothing], get_settings: [Nothing, Settings], change_settings: [SettingsChange, Settings], set_key: [SetKey, Status], remove_key: [Nothing, Status], test_key: [Nothing, KeyTest], get_api: [Nothing, LocalApi], set_api: [SetApi, LocalApi], 
/**
 * Makes a token that the local API requires from now on, in place of the one before.
 */
make_api_token: [Nothing, NewToken], remove_api_token: [Nothing, LocalApi], 
/**
 * Opens the local API's own description in the browser.
 */
open_api_description: [Nothing, Nothing], get_draft: [Nothing, Draft], set_draft: [Draft, Nothing], 
/**
 * Files given on the command line at the start, already added; empty afterwards.
 */
take_opened: [Nothing, Added], open_external: [OpenExternal, Nothing], 
/**
 * Closes the program; unfinished jobs go on at the next start.
 */
quit: [Nothing, Nothing], };

/**
 * One error, told to a person and to a program.
 */
export type Problem = { 
/**
 * Stable name to branch on, for example `key_refused`.
 */
code: string, 
/**
 * HTTP status that fits.
 */
status: number, 
/**
 * What happened, a few words.
 */
title: string, 
/**
 * What happened in this case, whether it was charged, what to do: whole sentences.
 */
detail: string, 
/**
 * Whether the same request may succeed later, unchanged.
 */
retryable: boolean, 
/**
 * Whether money may have been spent.
 */
charged: Charged, 
/**
 * What can be done next, where there is one thing.
 */
next: NextStep | null, 
/**
 * The provider's id for the request, to copy into a support mail.
 */
request_id: string | null, };

/**
 * How far a job is, in numbers; words are the window's. Everything is optional because providers tell different things.
 */
export type Progress = { 
/**
 * 0.0 to 1.0 of the present state, where it can be known (upload, download, demo rows).
 */
fraction: number | null, 
/**
 * Requests ahead in the provider's line, 0 = next.
 */
position: number | null, 
/**
 * True once the provider works on it (as opposed to: in line).
 */
running: boolean, 
/**
 * When the present state began, RFC 3339 in UTC; the window counts seconds from it.
 */
since: string, 
/**
 * The provider's last log line.
 */
last_log: string | null, };

/**
 * A file that did not become a picture, and why.
 */
export type Refused = { 
/**
 * File name, without its folder.
 */
name: string, 
/**
 * Why.
 */
problem: Problem, };

/**
 * Write a version to a file of the user's.
 */
export type SaveVersion = { 
/**
 * The version.
 */
id: string, 
/**
 * Absolute path, chosen in the save dialog; its ending decides the format (png, jpg, webp; else as stored).
 */
path: string, };

/**
 * A change of the local API: what is absent stays.
 */
export type SetApi = { 
/**
 * The switch.
 */
on?: boolean, 
/**
 * The port it is wished at.
 */
port?: number, };

/**
 * A key typed by the user.
 */
export type SetKey = { 
/**
 * The key; it goes in and never comes out.
 */
key: string, 
/**
 * The user agreed to a file only they can read, because this computer has no keychain.
 */
allow_file: boolean, };

/**
 * The settings a person can see and change.
 */
export type Settings = { 
/**
 * The model that runs unless another is chosen.
 */
model: string, 
/**
 * `system`, `light` or `dark`.
 */
theme: Theme, 
/**
 * Jobs that may decode and upload at the same time (1 to 16).
 */
work_at_once: number, 
/**
 * Jobs that may wait at a provider at the same time (1 to 64).
 */
wait_at_once: number, 
/**
 * Names of settings that the environment or a flag decides; the window shows them but cannot change them.
 */
fixed: Array<string>, };

/**
 * A change of settings: what is absent stays.
 */
export type SettingsChange = { 
/**
 * See [`Settings::model`].
 */
model?: string, 
/**
 * See [`Settings::theme`].
 */
theme?: Theme, 
/**
 * See [`Settings::work_at_once`].
 */
work_at_once?: number, 
/**
 * See [`Settings::wait_at_once`].
 */
wait_at_once?: number, };

/**
 * What the window asks for first.
 */
export type Status = { 
/**
 * Version of the program.
 */
version: string, 
/**
 * Folder of the library.
 */
library: string, 
/**
 * The log file for bug reports.
 */
log_file: string, 
/**
 * Where the fal key comes from.
 */
key: KeySource, 
/**
 * The host a fal edit is sent to, for example `queue.fal.run`.
 */
fal_host: string, 
/**
 * True when the library has no picture yet.
 */
empty: boolean, 
/**
 * Jobs queued or at work.
 */
active: number, };

/**
 * The wish.
 */
export type SubmitEdit = { 
/**
 * The version to edit.
 */
version_id: string, 
/**
 * What should change; not empty.
 */
prompt: string, 
/**
 * Endpoint id or `demo`.
 */
model: string, 
/**
 * The model's own parameters by name, sent as they are; none for the demo engine.
 */
parameters?: { [key in string]: JsonValue }, 
/**
 * A fresh UUID per click: the same key gives the same job, so that a double click is one job.
 */
idempotency_key: string, };

/**
 * Light, dark, or as the system has it.
 */
export type Theme = "system" | "light" | "dark";

/**
 * A node of a picture's history: an original, or the result of an edit. Its bytes are fetched by id through the host, never as JSON.
 */
export type Version = { 
/**
 * Id (UUID).
 */
id: string, 
/**
 * The version this one was made from; none for an original.
 */
parent_id: string | null, 
/**
 * The original this history began with (its own id for an original).
 */
root_id: string, 
/**
 * The job that made it; none for an original.
 */
job_id: string | null, 
/**
 * File name of the original, for example `coffee.png`.
 */
name: string, 
/**
 * Width in pixels, as shown (EXIF orientation applied).
 */
width: number, 
/**
 * Height in pixels, as shown.
 */
height: number, 
/**
 * Size of the stored file in bytes.
 */
bytes: number, 
/**
 * Media type of the stored file, for example `image/png`.
 */
media_type: string, 
/**
 * What a person should know about the file, for example "Animated: the first frame is used."
 */
note: string | null, 
/**
 * The prompt that made it.
 */
prompt: string | null, 
/**
 * The model that made it.
 */
model: string | null, 
/**
 * Milliseconds from the run's start to its result.
 */
elapsed_ms: number | null, 
/**
 * The provider's id for the request.
 */
request_id: string | null, 
/**
 * When it was made, RFC 3339 in UTC.
 */
created_at: string, };