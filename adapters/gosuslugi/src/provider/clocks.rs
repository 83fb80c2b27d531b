//! Clocks that differ (`threats.md` B5; class CLOCK of `esia.md` 8.4).

use linking_core::{provider::ProviderError, provider::ProviderErrorKind, time::Timestamp};
use linking_http::HttpTransport;
use linking_oidc::{TokenError, date_of};

use super::{
    Gosuslugi,
    answer::{Moment, token_fault},
    configuration,
};
use crate::{claims::TokenKind, clock::ClockOffset, codes::EsiaCode, request};

/// Closer than this, two measurements of the clocks are one.
const SAME_CLOCK: u32 = 5;

impl Gosuslugi {
    /// Learns from ESIA's clock; `None` where it shows nothing new or is more than an hour off.
    pub(super) fn learn(&self, theirs: Timestamp, moment: Moment) -> Option<ClockOffset> {
        let measured = ClockOffset::measured(theirs, moment.now)?;
        let news = measured.seconds().abs_diff(moment.offset.seconds()) > SAME_CLOCK;
        news.then(|| {
            self.learned.learn(measured);
            measured
        })
    }

    /// Asks for ESIA's clock and learns from it.
    async fn measure(&self, moment: Moment) -> Option<ClockOffset> {
        let request = request::clock(&self.settings.back).ok()?;
        let answer = self.until(moment).send(request).await.ok()?;
        self.learn(date_of(answer.headers())?, moment)
    }

    /// The browser's request was refused for its time. What is learned now helps the next try,
    /// which is the person's to make: the code of this one was never given.
    pub(super) async fn clock_fault(&self, code: EsiaCode, moment: Moment) -> ProviderError {
        match self.measure(moment).await {
            Some(offset) => clocks_differ(offset),
            None => configuration(format!("authorisation: {code:?}, though the clocks agree")),
        }
    }

    /// A code that is not believed. If it is for its times, the clocks may be the cause.
    pub(super) async fn code_fault(&self, error: TokenError, moment: Moment) -> ProviderError {
        // Older than the flow too: so looks every quick sign-in where ESIA's clock is behind ours, or
        // where an offset learned before is no longer true.
        let of_time = matches!(
            error,
            TokenError::NotYet | TokenError::Expired | TokenError::OlderThanFlow
        );
        if of_time && let Some(offset) = self.measure(moment).await {
            return clocks_differ(offset);
        }
        if error == TokenError::Expired {
            return ProviderError::new(ProviderErrorKind::Restart, "the code has expired");
        }
        token_fault(TokenKind::Code, error)
    }
}

fn clocks_differ(offset: ClockOffset) -> ProviderError {
    let cause = match offset.seconds() {
        0 => "ESIA's clock and this server's agree again".to_owned(),
        seconds => format!("ESIA's clock is {seconds} s ahead of this server's: set the clock"),
    };
    ProviderError::new(ProviderErrorKind::Restart, cause)
}
