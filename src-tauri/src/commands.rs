//! One adapter per operation: read the request, call the facade, convert the answer. What needs an `if` belongs to core.

use overpaint_api::job::{History, ItemPage, Job};
use overpaint_api::model::{FoundModels, Model, ModelForm, SearchModels, SetFavourite};
use overpaint_api::money::{AskQuote, Balance, LedgerPage, Quote, Spending};
use overpaint_api::operations::{
    AddPictures, ById, ByIds, ListItems, OpenExternal, SaveVersion, SetKey, SubmitEdit,
};
use overpaint_api::picture::{Added, Version};
use overpaint_api::problem::Problem;
use overpaint_api::settings::{
    Draft, KeyTest, LocalApi, NewToken, SetApi, Settings, SettingsChange, Status,
};
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::job::JobId;
use overpaint_core::money::LedgerCursor;
use overpaint_core::version::{Cursor, VersionId};
use overpaint_http::Endpoint;
use tauri::ipc::Invoke;
use tauri::{AppHandle, State};

use crate::native::{self, Clipboard, LogFile, Pasted};
use crate::{close, handover};

type Answer<T> = Result<T, Problem>;
type Owner<'a> = State<'a, Library>;
type Api<'a> = State<'a, Endpoint>;

/// Every command, for the window to register.
pub(crate) fn all() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        get_status,
        list_models,
        search_models,
        refresh_models,
        get_model,
        set_favourite,
        get_quote,
        get_spending,
        list_ledger,
        get_balance,
        add_pictures,
        paste_picture,
        add_sample,
        submit_edit,
        get_job,
        cancel_job,
        retry_job,
        look_again,
        list_active,
        list_items,
        delete_items,
        restore_items,
        get_version,
        get_history,
        suggest_name,
        save_version,
        copy_version,
        reveal_version,
        reveal_library,
        reveal_log,
        get_settings,
        change_settings,
        set_key,
        remove_key,
        test_key,
        get_api,
        set_api,
        make_api_token,
        remove_api_token,
        open_api_description,
        get_draft,
        set_draft,
        take_opened,
        open_external,
        quit
    ]
}

#[tauri::command]
async fn get_status(library: Owner<'_>, log: State<'_, LogFile>) -> Answer<Status> {
    status(&library, &log).await
}

#[tauri::command]
async fn list_models(library: Owner<'_>) -> Answer<Vec<Model>> {
    Ok(library
        .models()
        .await?
        .into_iter()
        .map(Into::into)
        .collect())
}

#[tauri::command]
async fn search_models(library: Owner<'_>, request: SearchModels) -> Answer<FoundModels> {
    Ok(library.search_models(&request.words).await?.into())
}

#[tauri::command]
async fn refresh_models(library: Owner<'_>) -> Answer<FoundModels> {
    Ok(library.refresh_models().await?.into())
}

#[tauri::command]
async fn get_model(library: Owner<'_>, request: ById) -> Answer<ModelForm> {
    Ok(library.model_form(&request.id).await?.into())
}

#[tauri::command]
async fn set_favourite(library: Owner<'_>, request: SetFavourite) -> Answer<Model> {
    Ok(library
        .set_favourite(&request.id, request.favourite)
        .await?
        .into())
}

#[tauri::command]
async fn get_quote(library: Owner<'_>, request: AskQuote) -> Answer<Quote> {
    Ok(library.quote(request.try_into()?).await?.into())
}

#[tauri::command]
async fn get_spending(library: Owner<'_>) -> Answer<Spending> {
    Ok(library.spending().await?.into())
}

#[tauri::command]
async fn list_ledger(library: Owner<'_>, request: ListItems) -> Answer<LedgerPage> {
    let after = request
        .after
        .as_deref()
        .and_then(LedgerCursor::parse)
        .unwrap_or(LedgerCursor::START);
    Ok(library.ledger(after, request.limit).await?.into())
}

#[tauri::command]
async fn get_balance(library: Owner<'_>) -> Answer<Balance> {
    Ok(library.balance().await.into())
}

#[tauri::command]
async fn add_pictures(library: Owner<'_>, request: AddPictures) -> Answer<Added> {
    Ok(library
        .add_files(request.paths.into_iter().map(Into::into).collect())
        .await
        .into())
}

#[tauri::command]
async fn paste_picture(library: Owner<'_>, clipboard: State<'_, Clipboard>) -> Answer<Added> {
    match clipboard.paste().await? {
        Pasted::Files(files) => Ok(library.add_files(files).await.into()),
        Pasted::Pixels {
            width,
            height,
            rgba,
        } => one(library.add_pixels(width, height, rgba, "pasted.png").await),
    }
}

#[tauri::command]
async fn add_sample(library: Owner<'_>) -> Answer<Added> {
    one(library.add_sample().await)
}

#[tauri::command]
async fn submit_edit(library: Owner<'_>, request: SubmitEdit) -> Answer<Job> {
    Ok(library.submit_edit(request.try_into()?).await?.into())
}

#[tauri::command]
async fn get_job(library: Owner<'_>, request: ById) -> Answer<Job> {
    Ok(library.job(job_id(&request)?).await?.into())
}

#[tauri::command]
async fn cancel_job(library: Owner<'_>, request: ById) -> Answer<Job> {
    Ok(library.cancel_job(job_id(&request)?).await?.short().into())
}

#[tauri::command]
async fn retry_job(library: Owner<'_>, request: ById) -> Answer<Job> {
    Ok(library.retry_job(job_id(&request)?).await?.short().into())
}

#[tauri::command]
async fn look_again(library: Owner<'_>, request: ById) -> Answer<Job> {
    Ok(library.look_again(job_id(&request)?).await?.short().into())
}

#[tauri::command]
async fn list_active(library: Owner<'_>) -> Answer<Vec<Job>> {
    Ok(library
        .active_jobs()
        .await?
        .into_iter()
        .map(Into::into)
        .collect())
}

#[tauri::command]
async fn list_items(library: Owner<'_>, request: ListItems) -> Answer<ItemPage> {
    let after = request
        .after
        .as_deref()
        .and_then(Cursor::parse)
        .unwrap_or(Cursor::START);
    Ok(library.items(after, request.limit).await?.into())
}

#[tauri::command]
async fn delete_items(library: Owner<'_>, request: ByIds) -> Answer<()> {
    Ok(library.delete_items(&request.ids).await?)
}

#[tauri::command]
async fn restore_items(library: Owner<'_>, request: ByIds) -> Answer<()> {
    Ok(library.restore_items(&request.ids).await?)
}

#[tauri::command]
async fn get_version(library: Owner<'_>, request: ById) -> Answer<Version> {
    Ok(library.version(version_id(&request)?).await?.into())
}

#[tauri::command]
async fn get_history(library: Owner<'_>, request: ById) -> Answer<History> {
    let (versions, jobs) = library.history(version_id(&request)?).await?;
    Ok(History {
        versions: versions.into_iter().map(Into::into).collect(),
        jobs: jobs.into_iter().map(Into::into).collect(),
    })
}

#[tauri::command]
async fn suggest_name(library: Owner<'_>, request: ById) -> Answer<String> {
    Ok(library.suggest_name(version_id(&request)?).await?.0)
}

#[tauri::command]
async fn save_version(library: Owner<'_>, request: SaveVersion) -> Answer<()> {
    Ok(library
        .save(version_id(&ById { id: request.id })?, request.path.into())
        .await?)
}

#[tauri::command]
async fn copy_version(
    library: Owner<'_>,
    clipboard: State<'_, Clipboard>,
    request: ById,
) -> Answer<()> {
    let pixels = library.pixels(version_id(&request)?).await?;
    Ok(clipboard
        .copy(pixels.width(), pixels.height(), pixels.into_raw())
        .await?)
}

#[tauri::command]
async fn reveal_version(library: Owner<'_>, request: ById) -> Answer<()> {
    Ok(native::reveal(&library.file(version_id(&request)?).await?)?)
}

#[tauri::command]
async fn reveal_library(library: Owner<'_>) -> Answer<()> {
    Ok(native::reveal(library.dir())?)
}

#[tauri::command]
async fn reveal_log(log: State<'_, LogFile>) -> Answer<()> {
    Ok(native::reveal(&log.0)?)
}

#[tauri::command]
async fn get_settings(library: Owner<'_>) -> Answer<Settings> {
    Ok(library.settings().into())
}

#[tauri::command]
async fn change_settings(library: Owner<'_>, request: SettingsChange) -> Answer<Settings> {
    Ok(library.change_settings(request.into())?.into())
}

#[tauri::command]
async fn set_key(library: Owner<'_>, log: State<'_, LogFile>, request: SetKey) -> Answer<Status> {
    library.set_key(request.key, request.allow_file).await?;
    status(&library, &log).await
}

#[tauri::command]
async fn remove_key(library: Owner<'_>, log: State<'_, LogFile>) -> Answer<Status> {
    library.remove_key().await?;
    status(&library, &log).await
}

#[tauri::command]
async fn test_key(library: Owner<'_>) -> Answer<KeyTest> {
    Ok(library.test_key().await?.into())
}

#[tauri::command]
async fn get_api(api: Api<'_>) -> Answer<LocalApi> {
    Ok(api.state().await)
}

#[tauri::command]
async fn set_api(api: Api<'_>, request: SetApi) -> Answer<LocalApi> {
    Ok(api.change(request.into()).await?)
}

#[tauri::command]
async fn make_api_token(api: Api<'_>) -> Answer<NewToken> {
    Ok(api.make_token().await?)
}

#[tauri::command]
async fn remove_api_token(api: Api<'_>) -> Answer<LocalApi> {
    Ok(api.remove_token().await?)
}

#[tauri::command]
async fn open_api_description(api: Api<'_>) -> Answer<()> {
    Ok(native::browse(&api.description().await?)?)
}

#[tauri::command]
async fn get_draft(library: Owner<'_>) -> Answer<Draft> {
    Ok(library.draft().await?.into())
}

#[tauri::command]
async fn set_draft(library: Owner<'_>, request: Draft) -> Answer<()> {
    Ok(library.set_draft(&request.into()).await?)
}

#[tauri::command]
async fn take_opened(opened: State<'_, handover::Opened>) -> Answer<Added> {
    Ok(opened.take())
}

#[tauri::command]
async fn open_external(request: OpenExternal) -> Answer<()> {
    Ok(native::browse(native::address(request.page))?)
}

#[tauri::command]
async fn quit(app: AppHandle) -> Answer<()> {
    close::quit(&app);
    Ok(())
}

async fn status(library: &Library, log: &LogFile) -> Answer<Status> {
    let key = library.key_state().await;
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        library: library.dir().display().to_string(),
        log_file: log.0.display().to_string(),
        key: (&key).into(),
        fal_host: key.host,
        empty: library.is_empty().await?,
        active: library.active_count().await?,
    })
}

fn one(version: Result<overpaint_core::version::Version, Error>) -> Answer<Added> {
    Ok(Added {
        versions: vec![version?.into()],
        refused: Vec::new(),
    })
}

fn job_id(request: &ById) -> Result<JobId, Error> {
    JobId::parse(&request.id).ok_or_else(|| Error::NotFound {
        what: "job",
        id: request.id.clone(),
    })
}

fn version_id(request: &ById) -> Result<VersionId, Error> {
    VersionId::parse(&request.id).ok_or_else(|| Error::NotFound {
        what: "version",
        id: request.id.clone(),
    })
}
