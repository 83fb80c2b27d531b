//! The second step: what the browser brought, the token call, the person.

use std::sync::Arc;

use chrono::TimeDelta;
use linking_core::{
    provider::{
        Answer, ContactClaim, Decline, IdentityKey, ProviderError, ProviderErrorKind,
        ProviderIdentity, Resume, Step, Switch,
    },
    secret::SecretText,
    time::Timestamp,
};
use linking_http::HttpTransport;
use linking_oidc::{
    AudienceRule, ClaimRules, CodeExchange, KeyFault, TokenAnswer, TokenCallError, TokenError,
    Verified,
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::{Gosuslugi, configuration, deadline::Until};
use crate::{
    SignError,
    claims::{AccessClaims, CodeClaims, IdClaims, KindHeader, Oid, TokenKind},
    clock::ClockOffset,
    codes::{Class, EsiaCode},
    keys::LoadedKeys,
    person::{Contacts, Person},
    request::{self, Collection, Signed},
    response::{self, Callback, Rest},
    state::FlowState,
};

/// The instants that tokens are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) begun_at: Timestamp,
    pub(super) offset: ClockOffset,
    /// When the person has waited long enough.
    pub(super) end: Instant,
}

/// A sign-in that far ahead of our clock is one of now; further ahead it is not believed.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

impl Gosuslugi {
    pub(super) async fn take(&self, resume: &Resume) -> Result<Step, ProviderError> {
        let flow = FlowState::read(&resume.state)?;
        if flow.protocol != self.settings.protocol {
            return Err(ProviderError::new(
                ProviderErrorKind::Restart,
                "the flow was begun with the other protocol",
            ));
        }
        let Answer::Callback(params) = &resume.answer else {
            return Err(invalid("an answer that is no callback"));
        };
        let moment = Moment {
            now: resume.now,
            begun_at: resume.begun_at,
            offset: flow.offset,
            end: Instant::now() + self.settings.network.total_timeout,
        };
        match response::callback(params, flow.state)? {
            Callback::Refused(code) => match code.known() {
                Some((Class::Clock, _)) => Err(self.clock_fault(code, moment).await),
                _ => code.outcome("authorisation"),
            },
            Callback::Code(code) => self.redeem(&flow, &code, moment).await,
        }
    }

    /// Checks the code, exchanges it, checks the tokens, asks for the person.
    async fn redeem(
        &self,
        flow: &FlowState,
        code: &SecretText,
        moment: Moment,
    ) -> Result<Step, ProviderError> {
        let keys = self.settings.keys.current(moment.now).await;
        match self.judge::<CodeClaims>(TokenKind::Code, code, &keys, moment) {
            Ok(verified) if verified.claims().state == flow.state.to_string() => {}
            // Somebody else's code, brought into this flow (`threats.md` A7).
            Ok(_) => return Err(invalid("the code was made for another flow")),
            Err(error) => return Err(self.code_fault(error, moment).await),
        }
        let (tokens, moment) = match self.exchange(flow, code, moment).await? {
            Exchanged::Tokens(tokens, moment) => (tokens, moment),
            Exchanged::Ended(step) => return Ok(step),
        };
        let judged =
            self.judge::<AccessClaims>(TokenKind::Access, &tokens.access_token, &keys, moment);
        let access = judged.map_err(|error| token_fault(TokenKind::Access, error))?;
        let id_token = tokens
            .id_token
            .as_ref()
            .ok_or_else(|| invalid("no ID token"))?;
        let judged = self.judge::<IdClaims>(TokenKind::Id, id_token, &keys, moment);
        let id = judged.map_err(|error| token_fault(TokenKind::Id, error))?;
        if access.claims().subject != id.claims().sub || !id.claims().is_consistent() {
            return Err(invalid("the tokens do not name one natural person"));
        }
        self.identify(&id, &tokens.access_token, flow, moment).await
    }

    fn judge<C: DeserializeOwned>(
        &self,
        kind: TokenKind,
        token: &SecretText,
        keys: &LoadedKeys,
        moment: Moment,
    ) -> Result<Verified<C>, TokenError> {
        let jws = keys.verify(kind, token.expose(), moment.now)?;
        if !jws.header::<KindHeader>()?.is(kind) {
            return Err(TokenError::Kind);
        }
        let ours = self.settings.client_id.as_str();
        jws.judge(&ClaimRules {
            issuers: &self.settings.issuers,
            audience: match kind {
                TokenKind::Id => AudienceRule::Audience(ours),
                TokenKind::Code | TokenKind::Access => AudienceRule::ClientId(ours),
            },
            now: moment.offset.theirs(moment.now),
            begun_at: moment.offset.theirs(moment.begun_at),
            leeway: self.settings.leeway,
        })
    }

    /// The token call. Once more if ESIA finds our time wrong, with the time of its own answer:
    /// a request refused for its time did not spend the code.
    async fn exchange(
        &self,
        flow: &FlowState,
        code: &SecretText,
        moment: Moment,
    ) -> Result<Exchanged, ProviderError> {
        const STAGE: &str = "token call";
        let (refusal, date) = match self.exchange_once(flow, code, moment).await? {
            Ok(tokens) => return Ok(Exchanged::Tokens(tokens, moment)),
            Err(refused) => refused,
        };
        if !matches!(refusal.known(), Some((Class::Clock, _))) {
            return refusal.outcome(STAGE).map(Exchanged::Ended);
        }
        let Some(offset) = date.and_then(|date| self.learn(date, moment)) else {
            return refusal.outcome(STAGE).map(Exchanged::Ended);
        };
        let moment = Moment { offset, ..moment };
        match self.exchange_once(flow, code, moment).await? {
            Ok(tokens) => Ok(Exchanged::Tokens(tokens, moment)),
            Err((refusal, _)) => refusal.outcome(STAGE).map(Exchanged::Ended),
        }
    }

    async fn exchange_once(
        &self,
        flow: &FlowState,
        code: &SecretText,
        moment: Moment,
    ) -> Result<Result<TokenAnswer, (EsiaCode, Option<Timestamp>)>, ProviderError> {
        let settings = &self.settings;
        let state = self.uuid();
        let signed = Signed {
            client_id: &settings.client_id,
            scope: &flow.scope,
            timestamp: &request::timestamp(moment.offset.theirs(moment.now)),
            state,
            redirect_uri: &flow.redirect_uri,
            code: Some(code),
        };
        let signing = timeout_at(moment.end, self.signed(&signed, moment.now));
        let (secret, mut extra) = signing.await.unwrap_or(Err(SignError::Timeout.into()))?;
        extra.push(("scope", flow.scope.clone()));
        extra.push(("state", state.to_string()));
        extra.push(("token_type", "Bearer".to_owned()));
        let call = CodeExchange {
            endpoint: &request::endpoint(&settings.back, settings.protocol.token_path()),
            client_id: &settings.client_id,
            client_secret: &secret,
            redirect_uri: &flow.redirect_uri,
            code,
            verifier: flow.verifier.as_ref(),
            extra,
        };
        match call.send(&self.until(moment)).await {
            Ok(answer) => {
                let echo = answer.state.as_ref().map(SecretText::expose);
                if echo.is_some_and(|echo| echo != state.to_string()) {
                    return Err(invalid("the token call's state came back changed"));
                }
                Ok(Ok(answer))
            }
            Err(TokenCallError::Refused {
                status,
                description,
                date,
            }) => match EsiaCode::find(description.expose()) {
                Some(code) => Ok(Err((code, date))),
                None => Err(response::not_understood("token call", status)),
            },
            Err(TokenCallError::Transport(error)) => Err(response::no_answer("token call", &error)),
            // A refusal may come in the form of REST, or with a status that says nothing of it.
            Err(TokenCallError::NotUnderstood { status, body, date }) => {
                match EsiaCode::find(body.expose()) {
                    Some(code) => Ok(Err((code, date))),
                    None => Err(response::not_understood("token call", status)),
                }
            }
            Err(TokenCallError::NotBearer) => Err(invalid("the token call gave no bearer token")),
            Err(TokenCallError::Endpoint(error)) => Err(configuration(error.to_string())),
        }
    }

    /// The way to ESIA, as long as the person may be kept waiting.
    pub(super) fn until(&self, moment: Moment) -> Until {
        Until {
            transport: Arc::clone(&self.transport),
            end: moment.end,
        }
    }

    /// Asks for the person's data by the verified subject, and makes the identity.
    async fn identify(
        &self,
        id: &Verified<IdClaims>,
        token: &SecretText,
        flow: &FlowState,
        moment: Moment,
    ) -> Result<Step, ProviderError> {
        let oid = id.claims().sub;
        let Some((mut person, contacts)) = self.person(oid, flow.contacts, token, moment).await?
        else {
            return without_person_data(id.claims());
        };
        let mut claims = person.claims(moment.now);
        // An answer may come and leave out what the token does not cover.
        if claims.name.is_none() && !person.is_deleted() {
            return without_person_data(id.claims());
        }
        if person.is_of_another(oid) || id.claims().contradicts(claims.snils.as_ref()) {
            return Err(invalid("person data are of another subject"));
        }
        if person.is_deleted() {
            return Ok(Step::Declined(Decline::AccountUnfit));
        }
        if flow.contacts.is_on() {
            claims.contacts = match (person.contacts.take(), contacts) {
                (Some(embedded), _) => Some(embedded.claims()),
                (None, Told::Unknown) => None,
                (None, Told::NotYet) => self.contacts(oid, token, moment).await,
            };
        }
        let subject = oid
            .subject()
            .ok_or_else(|| invalid("the subject is not of the core's form"))?;
        let latest = moment.now + AHEAD;
        let authenticated_at = id
            .claims()
            .authenticated_at()
            .map(|at| moment.offset.ours(at))
            .filter(|at| *at <= latest)
            .map(|at| at.min(moment.now));
        Ok(Step::Verified(Box::new(ProviderIdentity {
            key: IdentityKey {
                issuer: self.settings.issuer.clone(),
                subject,
            },
            assurance: id.claims().assurance(person.trusted),
            claims,
            authenticated_at,
            methods: id.claims().methods(),
        })))
    }

    /// The person, with the contacts where they are wanted. Where ESIA fails to give both
    /// together, the person alone: nobody is kept out for want of a contact.
    async fn person(
        &self,
        oid: Oid,
        contacts: Switch,
        token: &SecretText,
        moment: Moment,
    ) -> Result<Option<(Person, Told)>, ProviderError> {
        let alone = |person: Option<Person>, told| person.map(|person| (person, told));
        if contacts.is_on() {
            let both = Collection::PersonWithContacts;
            match self.fetch(oid, both, token, moment).await {
                Err(error) if error.kind == ProviderErrorKind::Unavailable => {
                    contacts_unknown(&error);
                    let person = self.fetch(oid, Collection::Person, token, moment).await?;
                    return Ok(alone(person, Told::Unknown));
                }
                found => return found.map(|person| alone(person, Told::NotYet)),
            }
        }
        let person = self.fetch(oid, Collection::Person, token, moment).await?;
        Ok(alone(person, Told::NotYet))
    }

    /// The contacts by a call of their own. What the token does not cover is none; what ESIA
    /// could not tell is unknown, which is not the same: whoever takes them anew would lose those
    /// that were kept.
    async fn contacts(
        &self,
        oid: Oid,
        token: &SecretText,
        moment: Moment,
    ) -> Option<Vec<ContactClaim>> {
        let found = self
            .fetch::<Contacts>(oid, Collection::Contacts, token, moment)
            .await;
        match found {
            Ok(Some(contacts)) => Some(contacts.claims()),
            Ok(None) => Some(Vec::new()),
            Err(error) => {
                contacts_unknown(&error);
                None
            }
        }
    }

    async fn fetch<T: DeserializeOwned>(
        &self,
        oid: Oid,
        what: Collection,
        token: &SecretText,
        moment: Moment,
    ) -> Result<Option<T>, ProviderError> {
        let stage = match what {
            Collection::Person | Collection::PersonWithContacts => "person data",
            Collection::Contacts => "contacts",
        };
        let request = request::person_data(&self.settings.back, oid, what, token)?;
        let answer = self.until(moment).send(request).await;
        let answer = answer.map_err(|error| response::no_answer(stage, &error))?;
        match response::rest(stage, &answer)? {
            Rest::Found(found) => Ok(Some(found)),
            Rest::NotCovered => Ok(None),
        }
    }
}

/// What is known of the contacts when the person is.
#[derive(Clone, Copy)]
enum Told {
    /// They were not asked for alone.
    NotYet,
    /// ESIA could not tell.
    Unknown,
}

fn contacts_unknown(error: &ProviderError) {
    tracing::warn!(%error, "contacts are unknown; the sign-in goes on without them");
}

/// How the token call ended.
enum Exchanged {
    Tokens(TokenAnswer, Moment),
    Ended(Step),
}

/// The token does not cover the person's name. Who says nothing contradicts nobody, and would be linked to
/// anybody (`threats.md` E11): that is no identity. A child's data are held back until the parent gives leave
/// (`esia.md` 7.3); else the scopes are not those of the settings.
fn without_person_data(id: &IdClaims) -> Result<Step, ProviderError> {
    if id.is_child() {
        return Ok(Step::Declined(Decline::AccountUnfit));
    }
    Err(configuration(
        "the token does not cover the person's name: check scopes",
    ))
}

pub(super) fn token_fault(kind: TokenKind, error: TokenError) -> ProviderError {
    let fault = match error {
        TokenError::Keys(KeyFault::NoKeyInForce) => ProviderErrorKind::Configuration,
        _ => ProviderErrorKind::AnswerInvalid,
    };
    // An attack looks like this, and so does a change at ESIA that nobody prepared for.
    let hint = match (error, kind) {
        (TokenError::Keys(KeyFault::NotGenuine), _) => {
            "; if ESIA has changed its key, add its new certificate to token-certificates"
        }
        (TokenError::Algorithm, TokenKind::Code) => {
            "; if ESIA signs codes with it, add its certificate for it to token-certificates"
        }
        (TokenError::Algorithm, TokenKind::Access | TokenKind::Id) => {
            "; token-algorithm must be the one set on ESIA's tech portal"
        }
        _ => "",
    };
    ProviderError::new(fault, format!("{}: {error}{hint}", kind.name()))
}

fn invalid(cause: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::AnswerInvalid, cause)
}
