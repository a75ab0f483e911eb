//! The table of what the kills came to, in the terminal and in the README.

use anyhow::{Context, Result};
use xshell::Shell;

use super::points::POINTS;
use super::verdict::Outcome;

const BEGIN: &str = "<!-- drill -->";
const END: &str = "<!-- /drill -->";

/// One line: what was done, and what it came to. None: a run of it failed.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) outcome: Option<Outcome>,
}

/// As Markdown, which a terminal shows well enough.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| killed when | kills | clicks | charges | done | unconfirmed | failed or cancelled | lost |".to_owned(),
        "|---|--:|--:|--:|--:|--:|--:|--:|".to_owned(),
    ];
    for Row { name, outcome } in rows {
        let point = POINTS.iter().find(|point| point.name == name);
        let what = match point {
            Some(point) => format!("`{name}`: {}", point.means),
            None => name.clone(),
        };
        lines.push(match outcome {
            Some(o) => format!(
                "| {what} | {} | {} | {} | {} | {} | {} | {} |",
                o.kills, o.clicks, o.charges, o.done, o.unconfirmed, o.ended, o.lost
            ),
            None => format!("| {what} | FAILED | | | | | | |"),
        });
    }
    lines.join("\n")
}

/// Puts the table between the README's marks.
pub(super) fn write(sh: &Shell, rows: &[Row]) -> Result<()> {
    let readme = sh.read_file("README.md")?;
    let (before, _, after) = parts(&readme)?;
    let table = table(rows);
    sh.write_file(
        "README.md",
        format!("{before}{BEGIN}\n\n{table}\n\n{END}{after}"),
    )?;
    Ok(())
}

/// Before the marks, between them, and after them.
fn parts(readme: &str) -> Result<(&str, &str, &str)> {
    let (before, rest) = readme
        .split_once(BEGIN)
        .with_context(|| format!("the README has no {BEGIN}"))?;
    let (between, after) = rest
        .split_once(END)
        .with_context(|| format!("the README has no {END}"))?;
    Ok((before, between, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place;

    #[test]
    fn the_readme_has_every_point_in_its_order_and_none_that_is_not_drilled() -> Result<()> {
        let readme = std::fs::read_to_string(place::top().join("README.md"))?;
        let (_, table, _) = parts(&readme)?;
        let shown: Vec<String> = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once(" |"))
            .map(|(what, _)| what.replacen('`', "", 1))
            .collect();
        let listed: Vec<String> = POINTS
            .iter()
            .map(|point| format!("{}: {}", point.name, point.means))
            .collect();
        assert_eq!(shown, listed);
        Ok(())
    }
}
