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
 * An edit that is not run: what would it cost, and would it go?
 */
export type AskQuote = { 
/**
 * The version to edit.
 */
version_id: string, 
/**
 * The other pictures.
 */
references: Array<string>, 
/**
 * What should change; may be empty.
 */
prompt: string, 
/**
 * Endpoint id or `demo`.
 */
model: string, 
/**
 * As in `submit_edit`.
 */
parameters: { [key in string]: JsonValue }, 
/**
 * As in `submit_edit`: pictures over the model's limits are made to fit.
 */
shrink: boolean, };

/**
 * What is left at fal.
 */
export type Balance = { 
/**
 * None where fal does not tell this key.
 */
amount: number | null, 
/**
 * Why it is not known.
 */
problem: Problem | null, };

/**
 * How an amount is known before the click.
 */
export type Basis = "free" | "per_image" | "per_megapixel" | "history" | "unknown";

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
 * Whether money was spent.
 */
export type Charge = "no" | "maybe" | "yes";

/**
 * Whether money may have been spent on the attempt a problem speaks of.
 */
export type Charged = "no" | "maybe" | "yes";

/**
 * What a job may cost or did cost.
 */
export type Cost = { 
/**
 * What was billed, or else what was estimated; none where nobody knows.
 */
amount: number | null, 
/**
 * True: fal said the units, it is no estimate any more.
 */
billed: boolean, 
/**
 * Whether it was charged.
 */
charged: Charge, };

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
version_id: string | null, 
/**
 * The other pictures for the model, in order.
 */
references: Array<string>, };

/**
 * An announcement; under 4 KB each, except `opened`, which a person's own act bounds.
 */
export type Event = { "type": "job", 
/**
 * Its whole state.
 */
job: Job, } | { "type": "library" } | { "type": "models" } | { "type": "settings" } | { "type": "opened", 
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
 * One parameter.
 */
export type Field = { 
/**
 * Its name in the request.
 */
name: string, 
/**
 * Its name for people.
 */
title: string, 
/**
 * What fal says about it.
 */
help: string | null, 
/**
 * It must be given.
 */
required: boolean, 
/**
 * It may be null.
 */
nullable: boolean, 
/**
 * fal's default: what is not sent.
 */
default: JsonValue | null, 
/**
 * What it can be.
 */
kind: FieldKind, };

/**
 * What a parameter can be. A picture is `{"version_id": "…"}`, or an https URL as text.
 */
export type FieldKind = { "kind": "switch" } | { "kind": "integer", 
/**
 * Least.
 */
min: number | null, 
/**
 * Most.
 */
max: number | null, 
/**
 * A multiple of it.
 */
step: number | null, } | { "kind": "number", 
/**
 * Least.
 */
min: number | null, 
/**
 * Most.
 */
max: number | null, 
/**
 * A multiple of it.
 */
step: number | null, } | { "kind": "text", 
/**
 * Fewest characters.
 */
min_length: number | null, 
/**
 * Most characters.
 */
max_length: number | null, } | { "kind": "choice", 
/**
 * Strings or numbers.
 */
options: Array<JsonValue>, } | { "kind": "size", 
/**
 * Names fal knows, for example `square_hd`.
 */
presets: Array<string>, 
/**
 * Whether a width and a height may be given.
 */
custom: boolean, 
/**
 * Least pixels of a side.
 */
min: number | null, 
/**
 * Most pixels of a side.
 */
max: number | null, } | { "kind": "image" } | { "kind": "images", 
/**
 * Fewest.
 */
min: number | null, 
/**
 * Most.
 */
max: number | null, } | { "kind": "json", 
/**
 * The schema of the value.
 */
schema: JsonValue, };

/**
 * What was found in fal's list, as it was last read.
 */
export type FoundModels = { 
/**
 * The best matches, at most 50. Where the words are themselves an endpoint id that nobody lists, it is among them.
 */
models: Array<Model>, 
/**
 * How many more match.
 */
more: number, 
/**
 * How many models the list has.
 */
listed: number, 
/**
 * When the list was read, RFC 3339 in UTC; none: never, only the built-in models are known.
 */
listed_at: string | null, 
/**
 * It is being read again.
 */
refreshing: boolean, 
/**
 * Why it could not be read the last time.
 */
problem: Problem | null, };

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
 * How many pictures a model takes, the edited one included.
 */
export type InputRule = { 
/**
 * At least; 1 for every edit.
 */
min: number, 
/**
 * At most; none: not said.
 */
max: number | null, };

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
 * The other pictures that the model sees.
 */
reference_ids: Array<string>, 
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
 * 1 for the first run; each "run again" that may cost is one more.
 */
attempt: number, 
/**
 * What the current attempt may cost or did cost; none before anything was sent.
 */
cost: Cost | null, 
/**
 * The job whose stored result this one was given, for nothing.
 */
cached_from_id: string | null, 
/**
 * Queued: it may begin from then on, RFC 3339 in UTC; none: at once.
 */
not_before: string | null, 
/**
 * Unconfirmed: Overpaint still looks in fal's list for it; nothing to decide yet.
 */
looking: boolean, 
/**
 * The user wants it ended; the provider may finish first.
 */
cancel_asked: boolean, 
/**
 * Present while it is at work.
 */
progress: Progress | null, 
/**
 * Present when it failed, is unconfirmed, or waits in line to try again (`not_before`).
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
 * When the current attempt was sent to the provider, RFC 3339 in UTC.
 */
sent_at: string | null, 
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
 * A line of the ledger: one attempt that was, or may have been, sent.
 */
export type LedgerLine = { 
/**
 * The job.
 */
job_id: string, 
/**
 * Its attempt: 1, 2, …
 */
attempt: number, 
/**
 * The model.
 */
model: string, 
/**
 * The first words of the prompt; none where the job is gone for good.
 */
prompt: string | null, 
/**
 * When it was sent, RFC 3339 in UTC.
 */
at: string, 
/**
 * What was said before the click.
 */
estimate: number | null, 
/**
 * How that was known.
 */
basis: Basis, 
/**
 * What fal counted.
 */
units: number | null, 
/**
 * What that cost at fal's price.
 */
cost: number | null, 
/**
 * Whether it was charged.
 */
charged: Charge, 
/**
 * fal's id for the request.
 */
request_id: string | null, };

/**
 * A page of the ledger, newest first.
 */
export type LedgerPage = { 
/**
 * The lines.
 */
lines: Array<LedgerLine>, 
/**
 * Give it to the next call; none at the end.
 */
next: string | null, };

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
ready: boolean, 
/**
 * fal's category, for example `image-to-image`; none where it is not known.
 */
category: string | null, 
/**
 * The person marked it.
 */
favourite: boolean, 
/**
 * When it was run last, RFC 3339 in UTC.
 */
used_at: string | null, 
/**
 * Most pictures it takes, the edited one included; none where it is not known.
 */
max_inputs: number | null, 
/**
 * Whether it takes other pictures beside the edited one, however many; none where it is not known.
 */
takes_references: boolean | null, 
/**
 * Whether it takes a mask of its own; none where it is not known.
 */
takes_mask: boolean | null, 
/**
 * What one unit costs, where that is known and the unit can be counted before.
 */
price: UnitPrice | null, };

/**
 * A model's form: everything the window draws is said here.
 */
export type ModelForm = { 
/**
 * The model.
 */
model: Model, 
/**
 * False: its schema is not known (yet), parameters are typed as JSON.
 */
known: boolean, 
/**
 * Its parameters in fal's order, without the prompt and the edited pictures.
 */
fields: Array<Field>, 
/**
 * Whether it takes a prompt, and whether it must have one.
 */
prompt: PromptRule, 
/**
 * How many pictures it takes.
 */
inputs: InputRule, 
/**
 * What was set the last time: only what differs from the defaults.
 */
values: { [key in string]: JsonValue }, 
/**
 * When the schema was read, RFC 3339 in UTC; none: it came with Overpaint.
 */
schema_at: string | null, 
/**
 * Why nothing is known of it, where fal could not be asked just now.
 */
problem: Problem | null, };

/**
 * What one model cost.
 */
export type ModelSpent = { 
/**
 * Endpoint id.
 */
model: string, 
/**
 * What was spent.
 */
spent: Spent, };

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
export type NextStep = "retry" | "edit_prompt" | "open_key_settings" | "open_spending" | "open_fal_billing" | "show_log" | "choose_picture";

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
export type Operations = { get_status: [Nothing, Status], 
/**
 * The models to choose from: the demo engine, the built-in ones, favourites and those used lately.
 */
list_models: [Nothing, Array<Model>], 
/**
 * Looks in fal's whole list; one that is old is read again meanwhile, `models` announces it.
 */
search_models: [SearchModels, FoundModels], 
/**
 * Reads fal's list again, now.
 */
refresh_models: [Nothing, FoundModels], 
/**
 * The form of one model. A schema that is not known yet is fetched.
 */
get_model: [ById, ModelForm], set_favourite: [SetFavourite, Model], get_quote: [AskQuote, Quote], get_spending: [Nothing, Spending], list_ledger: [ListItems, LedgerPage], get_balance: [Nothing, Balance], add_pictures: [AddPictures, Added], 
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
 * Looks in fal's list once more for an unconfirmed edit: free.
 */
look_again: [ById, Job], 
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
 * Bytes sent or fetched so far, while pictures travel.
 */
bytes_done: number | null, 
/**
 * Of how many, where that is known.
 */
bytes_of: number | null, 
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
 * How a model takes its prompt.
 */
export type PromptRule = { 
/**
 * False: it has none.
 */
taken: boolean, 
/**
 * It must not be empty.
 */
required: boolean, 
/**
 * Most characters.
 */
max_length: number | null, };

/**
 * What the Run button says.
 */
export type Quote = { 
/**
 * About how much; none where nobody knows.
 */
amount: number | null, 
/**
 * How it is known.
 */
basis: Basis, 
/**
 * The same in words, for example "2 images at $0.03 each".
 */
said: string, 
/**
 * What would refuse the edit before anything is paid: the cap, a limit of the model, a parameter.
 */
problem: Problem | null, 
/**
 * The problem is a picture over the model's limit, and making it smaller would do.
 */
shrinks: boolean, 
/**
 * The result that Run gives for nothing, because the same edit with the same seed was run before.
 */
cached_version_id: string | null, 
/**
 * A result of the same edit without a seed: only a hint, Run makes another one.
 */
similar_version_id: string | null, };

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
 * Words to find models by.
 */
export type SearchModels = { 
/**
 * Parts of names, ids or hints, all of which must be there; empty: every model.
 */
words: string, };

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
 * Marks a model, or takes the mark away.
 */
export type SetFavourite = { 
/**
 * The model.
 */
id: string, 
/**
 * Marked.
 */
favourite: boolean, };

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
 * Most US dollars a day; none: no cap.
 */
day_cap: number | null, 
/**
 * Most US dollars a month; none: no cap.
 */
month_cap: number | null, 
/**
 * fal keeps what was asked and answered for 30 days. Without it, a request whose answer was lost cannot be looked up.
 */
keep_payloads: boolean, 
/**
 * How long fal keeps the pictures that are uploaded.
 */
upload_lifetime: UploadLifetime, 
/**
 * Where and with which camera a picture was taken goes along to fal.
 */
send_metadata: boolean, 
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
wait_at_once?: number, 
/**
 * See [`Settings::day_cap`]; 0 takes the cap away.
 */
day_cap?: number, 
/**
 * See [`Settings::month_cap`]; 0 takes the cap away.
 */
month_cap?: number, 
/**
 * See [`Settings::keep_payloads`].
 */
keep_payloads?: boolean, 
/**
 * See [`Settings::upload_lifetime`].
 */
upload_lifetime?: UploadLifetime, 
/**
 * See [`Settings::send_metadata`].
 */
send_metadata?: boolean, };

/**
 * Spending beside its caps.
 */
export type Spending = { 
/**
 * Since midnight.
 */
today: Spent, 
/**
 * Since the first of the month.
 */
month: Spent, 
/**
 * Most a day; none: no cap.
 */
day_cap: number | null, 
/**
 * Most a month; none: no cap.
 */
month_cap: number | null, 
/**
 * This month by model, the dearest first.
 */
models: Array<ModelSpent>, };

/**
 * What was spent in a time.
 */
export type Spent = { 
/**
 * Billed where that is known, else estimated; what may have been charged is in it.
 */
amount: number, 
/**
 * The part of it that may have been charged or not.
 */
maybe: number, 
/**
 * Edits that were, or may have been, charged.
 */
edits: number, 
/**
 * How many of them nobody knows a price of.
 */
unknown: number, };

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
 * The other pictures that the model sees: versions, in this order.
 */
references?: Array<string>, 
/**
 * Make pictures that are over the model's limit fit.
 */
shrink?: boolean, 
/**
 * Run it even if the result of the same edit could be given for nothing.
 */
fresh?: boolean, 
/**
 * A fresh UUID per click: the same key gives the same job, so that a double click is one job.
 */
idempotency_key: string, };

/**
 * Light, dark, or as the system has it.
 */
export type Theme = "system" | "light" | "dark";

/**
 * What fal asks for one unit.
 */
export type UnitPrice = { 
/**
 * US dollars.
 */
amount: number, 
/**
 * fal's word: `images`, `megapixels`, `processed megapixels` (in and out), …
 */
unit: string, };

/**
 * How long fal keeps an upload.
 */
export type UploadLifetime = "hour" | "day" | "week" | "month" | "account";

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
 * The seed the model says it used, in digits: it can be past 2^53.
 */
seed: string | null, 
/**
 * When it was made, RFC 3339 in UTC.
 */
created_at: string, };