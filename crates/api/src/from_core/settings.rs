//! Settings on their way out, and changes on their way in.

use overpaint_core::library::Draft as CoreDraft;
use overpaint_core::money::Money;
use overpaint_core::settings::{
    Change, Settings as CoreSettings, Theme as CoreTheme, UploadLifetime as CoreLifetime,
};

use crate::settings::{Draft, SetApi, Settings, SettingsChange, Theme, UploadLifetime};

impl From<CoreTheme> for Theme {
    fn from(theme: CoreTheme) -> Self {
        match theme {
            CoreTheme::System => Self::System,
            CoreTheme::Light => Self::Light,
            CoreTheme::Dark => Self::Dark,
        }
    }
}

impl From<Theme> for CoreTheme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => Self::System,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

impl From<CoreLifetime> for UploadLifetime {
    fn from(lifetime: CoreLifetime) -> Self {
        match lifetime {
            CoreLifetime::Hour => Self::Hour,
            CoreLifetime::Day => Self::Day,
            CoreLifetime::Week => Self::Week,
            CoreLifetime::Month => Self::Month,
            CoreLifetime::Account => Self::Account,
        }
    }
}

impl From<UploadLifetime> for CoreLifetime {
    fn from(lifetime: UploadLifetime) -> Self {
        match lifetime {
            UploadLifetime::Hour => Self::Hour,
            UploadLifetime::Day => Self::Day,
            UploadLifetime::Week => Self::Week,
            UploadLifetime::Month => Self::Month,
            UploadLifetime::Account => Self::Account,
        }
    }
}

impl From<CoreDraft> for Draft {
    fn from(draft: CoreDraft) -> Self {
        Self {
            prompt: draft.prompt,
            version_id: draft.version,
            references: draft.references,
        }
    }
}

impl From<Draft> for CoreDraft {
    fn from(draft: Draft) -> Self {
        Self {
            prompt: draft.prompt,
            version: draft.version_id,
            references: draft.references,
        }
    }
}

impl From<CoreSettings> for Settings {
    fn from(settings: CoreSettings) -> Self {
        Self {
            model: settings.model,
            theme: settings.theme.into(),
            work_at_once: settings.work_at_once,
            wait_at_once: settings.wait_at_once,
            day_cap: settings.caps.day.map(Money::usd),
            month_cap: settings.caps.month.map(Money::usd),
            keep_payloads: settings.privacy.keep_payloads,
            upload_lifetime: settings.privacy.upload_lifetime.into(),
            send_metadata: settings.privacy.send_metadata,
            fixed: settings.fixed.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl From<SettingsChange> for Change {
    fn from(change: SettingsChange) -> Self {
        let SettingsChange {
            model,
            theme,
            work_at_once,
            wait_at_once,
            day_cap,
            month_cap,
            keep_payloads,
            upload_lifetime,
            send_metadata,
        } = change;
        Self {
            model,
            theme: theme.map(Into::into),
            work_at_once,
            wait_at_once,
            day_cap,
            month_cap,
            keep_payloads,
            upload_lifetime: upload_lifetime.map(Into::into),
            send_metadata,
            ..Self::default()
        }
    }
}

impl From<SetApi> for Change {
    fn from(change: SetApi) -> Self {
        let SetApi { on, port } = change;
        Self {
            api_on: on,
            api_port: port,
            ..Self::default()
        }
    }
}
