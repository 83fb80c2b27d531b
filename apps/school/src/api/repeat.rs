//! `Idempotency-Key`: a request that is repeated is done once, and answered alike for a day
//! (`threats.md` G15). Keys, what was said and what was answered lie in the database as keyed
//! tags and sealed.

use std::str::FromStr as _;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linking_core::{
    ports::{Purpose, Sealed, StoreError, Tag},
    repeat::{FIRST_HOLDER, RepeatDecision, decide_repeat},
    secret::SecretBytes,
    usecase::Fault,
};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use crate::{
    api::{problem, trouble::Trouble},
    i18n::Language,
    telemetry::RequestId,
    web::{problem::Problem, state::AppState},
};

/// No answer of ours is longer.
const MOST_BYTES: usize = 1024 * 1024;
/// Says that an answer is an earlier one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The headers that belong to an answer; the others are the same for all.
const KEPT_HEADERS: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::SET_COOKIE,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    header::CONTENT_LANGUAGE,
];

/// What a sender says in a request that it may repeat.
pub(super) struct Said {
    /// Whose key it is.
    pub(super) browser: Tag,
    /// The key.
    pub(super) key: String,
    /// Everything that must be the same.
    pub(super) digest: Vec<u8>,
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptReply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Does what was asked, or gives the answer that was given before.
pub(super) async fn once(
    app: &AppState,
    said: Said,
    (id, language): (&RequestId, Language),
    run: impl Future<Output = Response> + Send + 'static,
) -> Result<Response, Trouble> {
    let vault = app.linking().vault();
    let mut name = said.browser.to_octets();
    name.extend_from_slice(said.key.as_bytes());
    let key = vault.tag(Purpose::Repeat, &[b"key:", name.as_slice()].concat());
    let digest = [b"said:", said.digest.as_slice()].concat();
    let digest = vault.tag(Purpose::Repeat, &digest);
    let now = app.linking().now();
    let known = app
        .repeats()
        .begin_request(&key, &digest, now)
        .await
        .map_err(Problem::from)?;
    let holder = match &known {
        None => FIRST_HOLDER,
        Some(known) => match decide_repeat(known, &digest, now) {
            RepeatDecision::Replay(reply) => return replay(app, &key, reply),
            RepeatDecision::Differs => return Err(Trouble::RepeatDiffers),
            RepeatDecision::AtWork(wait) => return Err(Trouble::RepeatAtWork(wait)),
            RepeatDecision::TakeOver => {
                let taken = app
                    .repeats()
                    .take_request_over(&key, known, &digest, now)
                    .await;
                match taken {
                    Ok(holder) => holder,
                    Err(StoreError::Conflict(_)) => {
                        return Err(Trouble::RepeatAtWork(chrono::TimeDelta::seconds(1)));
                    }
                    Err(error) => return Err(Problem::from(error).into()),
                }
            }
        },
    };
    // A task of its own: whoever hangs up meanwhile can ask for the answer once more.
    let done = tokio::spawn(
        answer_and_keep(app.clone(), key, holder, (id.clone(), language), run).in_current_span(),
    );
    if let Ok(response) = done.await {
        return Ok(response);
    }
    let forgotten = app.repeats().forget_request(&key, holder).await;
    forgotten.map_err(Problem::from)?;
    Err(Problem::Panic.into())
}

async fn answer_and_keep(
    app: AppState,
    key: Tag,
    holder: u64,
    (id, language): (RequestId, Language),
    run: impl Future<Output = Response>,
) -> Response {
    let response = run.await;
    // Something broke, or somebody was quicker: another try may go through.
    let broke = matches!(
        response.extensions().get::<Problem>(),
        Some(Problem::Fault(_) | Problem::Panic)
    );
    let response = problem::complete(&app, language, response, &id);
    let passing = broke
        || response.status().is_server_error()
        || matches!(
            response.status(),
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS
        );
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return Problem::Contradiction("an answer is too long").into_response();
    };
    let kept = if passing {
        app.repeats().forget_request(&key, holder).await
    } else {
        let reply = KeptReply {
            status: parts.status.as_u16(),
            headers: KEPT_HEADERS
                .iter()
                .flat_map(|name| parts.headers.get_all(name).iter().map(move |v| (name, v)))
                .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
                .collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        keep(&app, &key, holder, &reply).await
    };
    if let Err(error) = kept {
        // What was asked for is done: the sender learns that, and a repetition sees it so.
        tracing::error!(%error, "an answer could not be kept for a repetition");
    }
    Response::from_parts(parts, Body::from(body))
}

async fn keep(app: &AppState, key: &Tag, holder: u64, reply: &KeptReply) -> Result<(), StoreError> {
    let text = serde_json::to_vec(reply)
        .map_err(|_| StoreError::Damaged("an answer does not serialise".to_owned()))?;
    let vault = app.linking().vault();
    let sealed = vault.seal(
        Purpose::ReplySeal,
        &key.to_octets(),
        &SecretBytes::new(text),
    );
    let now = app.linking().now();
    app.repeats().keep_reply(key, holder, &sealed, now).await
}

fn replay(app: &AppState, key: &Tag, reply: &Sealed) -> Result<Response, Trouble> {
    let damaged = || {
        let what = "an answer that was kept does not read".to_owned();
        Trouble::from(Problem::Fault(Fault::Store(StoreError::Damaged(what))))
    };
    let vault = app.linking().vault();
    let text = vault
        .open(Purpose::ReplySeal, &key.to_octets(), reply)
        .map_err(|_| damaged())?;
    let kept: KeptReply = serde_json::from_slice(text.expose()).map_err(|_| damaged())?;
    let status = StatusCode::from_u16(kept.status).map_err(|_| damaged())?;
    let mut response = (status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in &kept.headers {
        let name = HeaderName::from_str(name).map_err(|_| damaged())?;
        let value = HeaderValue::from_str(value).map_err(|_| damaged())?;
        headers.append(name, value);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
