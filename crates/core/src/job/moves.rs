//! The states of a job and the moves between them: a pure function, checked as a table.

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Accepted and stored; not started.
    Queued,
    /// Its input is being prepared and sent.
    Uploading,
    /// The intent is stored, the submit is on its way: the moment that can cost money.
    Submitting,
    /// The provider has it.
    Waiting,
    /// The provider answered with pictures; they are being fetched.
    Downloading,
    /// Its results are versions.
    Done,
    /// It ended without a result.
    Failed,
    /// The user ended it.
    Cancelled,
    /// The submit may or may not have arrived.
    Unconfirmed,
}

/// What can happen to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// The runner took it.
    Claim,
    /// The intent to submit is being stored.
    Intend,
    /// The provider has it and will answer later.
    Accept,
    /// The provider answered with pictures.
    Answer,
    /// The results are versions.
    Finish,
    /// It cannot go on.
    Fail,
    /// Nobody knows whether the submit arrived.
    Doubt,
    /// The user ended it, and nothing that was paid is lost by that.
    Cancel,
    /// Nothing reached a provider: it goes back in line.
    Requeue,
    /// The user wants a new attempt.
    RunAgain,
    /// The user wants what the provider may still have: free.
    LookAgain,
    /// The user wants the pictures fetched again: free.
    FetchAgain,
    /// An earlier try turned out to be at the provider before this one was sent: the job goes back to that one.
    GoBack,
}

/// That cannot happen to a job in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {} cannot {event:?}", from.name())]
pub struct IllegalMove {
    /// The state it was in.
    pub from: State,
    /// What was to happen.
    pub event: Move,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Uploading,
        Self::Submitting,
        Self::Waiting,
        Self::Downloading,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
        Self::Unconfirmed,
    ];

    /// The state after `event`.
    ///
    /// # Errors
    /// [`IllegalMove`], for example cancelling what is already paid and being fetched.
    pub fn after(self, event: Move) -> Result<Self, IllegalMove> {
        use Move as M;
        use State as S;
        match (self, event) {
            (S::Queued, M::Claim) => Ok(S::Uploading),
            (S::Uploading, M::Intend) => Ok(S::Submitting),
            // The demo engine has no submit: it goes from preparing straight to work.
            (S::Uploading | S::Submitting | S::Unconfirmed, M::Accept) => Ok(S::Waiting),
            (S::Submitting | S::Waiting | S::Unconfirmed, M::Answer) => Ok(S::Downloading),
            // The demo engine has nothing to download: its work is its answer.
            (S::Waiting | S::Downloading, M::Finish) => Ok(S::Done),
            (
                S::Queued
                | S::Uploading
                | S::Submitting
                | S::Waiting
                | S::Downloading
                | S::Unconfirmed,
                M::Fail,
            ) => Ok(S::Failed),
            // From waiting only where the provider does not know the request that it seemed to have named.
            (S::Submitting | S::Waiting, M::Doubt) => Ok(S::Unconfirmed),
            (S::Queued | S::Uploading | S::Submitting | S::Waiting, M::Cancel) => Ok(S::Cancelled),
            (S::Uploading | S::Submitting | S::Waiting, M::Requeue) => Ok(S::Queued),
            (S::Failed | S::Cancelled | S::Unconfirmed, M::RunAgain) => Ok(S::Queued),
            (S::Failed | S::Cancelled, M::LookAgain) => Ok(S::Waiting),
            (S::Failed | S::Cancelled, M::FetchAgain) => Ok(S::Downloading),
            (S::Queued | S::Uploading | S::Failed, M::GoBack) => Ok(S::Waiting),
            _ => Err(IllegalMove { from: self, event }),
        }
    }

    /// True while the runner has something to do for it.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(
            self,
            Self::Queued | Self::Uploading | Self::Submitting | Self::Waiting | Self::Downloading
        )
    }

    /// Its name in JSON, SQL and on the screen's lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Uploading => "uploading",
            Self::Submitting => "submitting",
            Self::Waiting => "waiting",
            Self::Downloading => "downloading",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVES: [Move; 13] = [
        Move::Claim,
        Move::Intend,
        Move::Accept,
        Move::Answer,
        Move::Finish,
        Move::Fail,
        Move::Doubt,
        Move::Cancel,
        Move::Requeue,
        Move::RunAgain,
        Move::LookAgain,
        Move::FetchAgain,
        Move::GoBack,
    ];

    fn ends_of(from: State) -> String {
        MOVES
            .iter()
            .filter_map(|m| {
                from.after(*m)
                    .ok()
                    .map(|to| format!("{m:?}->{}", to.name()))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn the_table_of_moves_is_this_one() {
        let table = [
            (
                State::Queued,
                "Claim->uploading Fail->failed Cancel->cancelled GoBack->waiting",
            ),
            (
                State::Uploading,
                "Intend->submitting Accept->waiting Fail->failed Cancel->cancelled Requeue->queued GoBack->waiting",
            ),
            (
                State::Submitting,
                "Accept->waiting Answer->downloading Fail->failed Doubt->unconfirmed Cancel->cancelled Requeue->queued",
            ),
            (
                State::Waiting,
                "Answer->downloading Finish->done Fail->failed Doubt->unconfirmed Cancel->cancelled Requeue->queued",
            ),
            (State::Downloading, "Finish->done Fail->failed"),
            (State::Done, ""),
            (
                State::Failed,
                "RunAgain->queued LookAgain->waiting FetchAgain->downloading GoBack->waiting",
            ),
            (
                State::Cancelled,
                "RunAgain->queued LookAgain->waiting FetchAgain->downloading",
            ),
            (
                State::Unconfirmed,
                "Accept->waiting Answer->downloading Fail->failed RunAgain->queued",
            ),
        ];
        for (from, moves) in table {
            assert_eq!(ends_of(from), moves, "{from:?}");
        }
    }

    #[test]
    fn a_paid_result_cannot_be_cancelled_away() {
        assert!(State::Downloading.after(Move::Cancel).is_err());
        assert!(State::Done.after(Move::Cancel).is_err());
    }

    #[test]
    fn every_state_has_a_name_that_leads_back() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
        }
    }
}
