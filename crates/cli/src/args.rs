//! What can be typed.

use std::path::PathBuf;

use clap::{Args as Flags, CommandFactory, FromArgMatches, Parser, Subcommand};
use overpaint_core::settings::{Given, Places};

/// Edits pictures with fal.ai's models, or without a key with the built-in demo engine.
#[derive(Debug, Parser)]
#[command(name = "overpaint", version, arg_required_else_help = true)]
pub(crate) struct Args {
    /// Results as JSON on stdout, errors as JSON on stderr.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Edit a picture as a prompt says.
    Edit(Edit),
    /// List the newest jobs.
    Jobs(Jobs),
    /// Show a job or a version.
    Show(Show),
    /// Show what was spent today and this month, by model, beside the caps.
    Spending(Spending),
    /// Make a small copy of a picture; touches no library.
    Thumbnail(Thumbnail),
    /// Serve the library over HTTP, until it is stopped.
    Serve(Serve),
    /// Bring the jobs of the original backend over, with their pictures. Its folder is only read.
    Import(Import),
}

#[derive(Debug, Flags)]
pub(crate) struct Edit {
    /// The picture. It is never changed.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// What should change, for example "warm cinematic, black and white vignette".
    pub(crate) prompt: String,
    /// Where the result goes; its ending (png, jpg, webp) decides the format.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// The model's endpoint id; without one, FAL_MODEL or what Settings say.
    #[arg(long, value_name = "ID", conflicts_with = "demo")]
    pub(crate) model: Option<String>,
    /// Edit with the built-in demo engine: simple colour and shape edits on this computer, no key, no AI.
    #[arg(long)]
    pub(crate) demo: bool,
    #[command(flatten)]
    pub(crate) library: LibraryFlag,
}

#[derive(Debug, Flags)]
pub(crate) struct Jobs {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) library: LibraryFlag,
}

#[derive(Debug, Flags)]
pub(crate) struct Show {
    /// Id of a job or a version, or 4 or more characters of its beginning or end, if no other has them.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) library: LibraryFlag,
}

#[derive(Debug, Flags)]
pub(crate) struct Spending {
    #[command(flatten)]
    pub(crate) library: LibraryFlag,
}

#[derive(Debug, Flags)]
pub(crate) struct Thumbnail {
    /// The picture.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Where the copy goes; its ending (png, jpg, webp) decides the format.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// The longest side, in pixels. A picture is never enlarged.
    #[arg(long, value_name = "PIXELS", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=65_535))]
    pub(crate) size: u32,
}

#[derive(Debug, Flags)]
pub(crate) struct Serve {
    /// The address; without it OVERPAINT_HOST, else 127.0.0.1: this computer only. Any other one wants API_TOKEN.
    #[arg(long)]
    host: Option<String>,
    /// The port, 0 for any free one; without it PORT, else 8000.
    #[arg(long)]
    port: Option<u16>,
    /// Serve beyond this computer without a token: whoever reaches the address can spend your money.
    #[arg(long)]
    no_token: bool,
    /// Write the log to stderr in this form instead of to the log file.
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) log: Option<LogForm>,
    #[command(flatten)]
    library: LibraryFlag,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogForm {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl Serve {
    /// What is given, with these flags over it.
    pub(crate) fn over(self, given: Given) -> Given {
        let given = self.library.over(given);
        let flags = [
            ("OVERPAINT_HOST", self.host),
            ("PORT", self.port.map(|port| port.to_string())),
            ("NO_TOKEN", self.no_token.then(|| "1".to_owned())),
        ];
        flags
            .into_iter()
            .fold(given, |given, (name, value)| match value {
                Some(value) => given.flag(name, value),
                None => given,
            })
    }
}

#[derive(Debug, Flags)]
pub(crate) struct Import {
    /// The old backend's folder, with app.db, uploads and static in it.
    #[arg(value_name = "PATH-TO-OLD-BACKEND")]
    pub(crate) path: PathBuf,
    /// The time zone of the computer it ran on, for example Asia/Tokyo, or UTC for a container; without it, this computer's.
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Only say what would happen. Nothing is changed.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) library: LibraryFlag,
}

/// Which library.
#[derive(Debug, Flags)]
pub(crate) struct LibraryFlag {
    /// The library's folder; without it OVERPAINT_LIBRARY, else the one in your data folder.
    #[arg(long = "library", value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl LibraryFlag {
    /// What is given, with this flag over it.
    pub(crate) fn over(self, mut given: Given) -> Given {
        given.library = self.dir;
        given
    }
}

/// Reads the command line. Ends the program for `--help`, `--version` and what makes no sense.
pub(crate) fn parse(places: &Places) -> Args {
    let command = Args::command().after_help(after_help(places));
    let matches = command.get_matches();
    Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

fn after_help(places: &Places) -> String {
    format!(
        "Settings also come from the environment and from a file called .env in the library or the working directory: FAL_API_KEY, \
         FAL_MODEL, FAL_ENDPOINT and the others of .env.example.\n\n\
         Exit codes:\n  \
         0    done\n  \
         1    refused, or the edit failed; the reason is on stderr\n  \
         2    the command line makes no sense\n  \
         3    another program has the library open and does not answer\n  \
         130  cancelled with Ctrl+C\n  \
         143  asked to end; the edit goes on when the library is next opened\n\n\
         Library   {}\n\
         Log file  {} (how much: OVERPAINT_LOG=debug)",
        places.library.display(),
        overpaint_http::log::file(places).display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_do_not_contradict_themselves() {
        Args::command().debug_assert();
    }
}
