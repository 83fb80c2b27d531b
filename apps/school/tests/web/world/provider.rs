//! A provider whose answers the code names.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use linking_core::{
    account::ContactValue,
    person::{BirthDate, RegisteredName, Snils},
    ports::IdentityProvider,
    provider::{
        Answer, AnswerIssuer, AssuranceLevel, Begin, Claims, CodeBinding, ContactClaim, Decline,
        HttpsUrl, IdentityKey, LegalKind, Manifest, Prompt, ProviderError, ProviderErrorKind,
        ProviderId, ProviderIdentity, ProviderState, Resume, Step, SubjectStability, Switch,
        Verification,
    },
};

use crate::world::{PROVIDER, gosuslugi};

/// A person at the provider.
#[derive(Debug, Clone)]
pub(crate) struct Persona {
    pub(crate) subject: &'static str,
    pub(crate) name: (&'static str, &'static str, &'static str),
    pub(crate) snils: Option<&'static str>,
    pub(crate) birth: Option<&'static str>,
    pub(crate) contacts: Vec<ContactValue>,
    pub(crate) level: AssuranceLevel,
}

/// A provider whose code names the persona, or what goes wrong.
#[derive(Debug)]
pub(crate) struct CodedProvider {
    manifest: Manifest,
    personas: BTreeMap<String, Persona>,
    pub(crate) down: AtomicBool,
    /// How old the signed sign-in time is, in seconds; none is signed below zero.
    pub(crate) signed_ago: AtomicI64,
    pub(crate) calls: AtomicU64,
}

impl CodedProvider {
    /// A provider that answers, and signs its sign-in times.
    pub(crate) fn new() -> Self {
        Self::named(gosuslugi(), "https://esia.test/", AnswerIssuer::NotPromised)
    }

    /// A provider of that name and issuer, which promises to name itself or not.
    pub(crate) fn named(id: ProviderId, issuer: &str, answer_issuer: AnswerIssuer) -> Self {
        Self {
            manifest: Manifest {
                id,
                issuer: issuer.parse().unwrap(),
                vouches: Vec::new(),
                subjects: SubjectStability::Permanent,
                code_bindings: vec![CodeBinding::StateInCode],
                answer_issuer,
                forced_sign_in: Switch::Off,
                sign_out: Switch::On,
                legal_kind: LegalKind::State,
            },
            personas: personas(),
            down: AtomicBool::new(false),
            signed_ago: AtomicI64::new(10),
            calls: AtomicU64::new(0),
        }
    }
}

#[async_trait]
impl IdentityProvider for CodedProvider {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(ProviderError::new(ProviderErrorKind::Unavailable, "down"));
        }
        let address = format!("{PROVIDER}/ac?state={}", begin.ticket.as_uuid());
        Ok(Step::Ask {
            prompt: Prompt::Redirect {
                to: address.parse().unwrap(),
            },
            state: ProviderState::new(b"kept".to_vec()),
        })
    }

    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let Answer::Callback(params) = resume.answer else {
            return Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, "kind"));
        };
        if params.get("error").is_some() {
            return Ok(Step::Declined(Decline::ByPerson));
        }
        let code = params.get("code").unwrap_or_default();
        match code {
            "down" => {
                return Err(ProviderError::new(ProviderErrorKind::Unavailable, "slow"));
            }
            "forged" => {
                let cause = "the signature does not fit";
                return Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, cause));
            }
            "unfit" => return Ok(Step::Declined(Decline::AccountUnfit)),
            "low" => return Ok(Step::Declined(Decline::AssuranceTooLow)),
            _ => {}
        }
        let persona = self.personas.get(code.split('.').next().unwrap()).unwrap();
        let ago = self.signed_ago.load(Ordering::SeqCst);
        let today = resume.now.date_naive();
        let (surname, given, patronymic) = persona.name;
        let contacts = persona.contacts.iter().map(|value| ContactClaim {
            value: value.clone(),
            verification: Verification::Verified,
        });
        Ok(Step::Verified(Box::new(ProviderIdentity {
            key: IdentityKey {
                issuer: self.manifest.issuer.clone(),
                subject: persona.subject.parse().unwrap(),
            },
            assurance: persona.level,
            claims: Claims {
                name: Some(RegisteredName::from_record(surname, given, patronymic)),
                snils: persona.snils.map(|text| Snils::parse(text).unwrap()),
                birth_date: persona
                    .birth
                    .map(|text| BirthDate::parse(text, today).unwrap()),
                gender: None,
                contacts: Some(contacts.collect()),
            },
            authenticated_at: (ago >= 0).then(|| resume.now - TimeDelta::seconds(ago)),
            methods: Vec::new(),
        })))
    }

    fn sign_out(&self, return_to: &HttpsUrl) -> Option<HttpsUrl> {
        format!("{PROVIDER}/logout?redirect_url={}", return_to.as_str())
            .parse()
            .ok()
    }
}

fn personas() -> BTreeMap<String, Persona> {
    let plain = |subject, name| Persona {
        subject,
        name,
        snils: None,
        birth: None,
        contacts: Vec::new(),
        level: AssuranceLevel::Verified,
    };
    let svetlana = ("Дмитриева", "Светлана", "Вадимовна");
    let contacts = vec![
        ContactValue::Mobile("+79001234567".parse().unwrap()),
        ContactValue::Email("svetlana@yandex.ru".parse().unwrap()),
    ];
    [
        (
            "svetlana",
            Persona {
                snils: Some("112-233-445 95"),
                birth: Some("1990-04-23"),
                contacts: contacts.clone(),
                ..plain("1000001", svetlana)
            },
        ),
        ("bare", plain("1000001", svetlana)),
        (
            "otherwise",
            plain("1000002", ("Кузнецова", "Светлана", "Вадимовна")),
        ),
        (
            "othersnils",
            Persona {
                snils: Some("087-654-303 00"),
                ..plain("1000003", svetlana)
            },
        ),
        (
            "otherbirth",
            Persona {
                birth: Some("1991-04-23"),
                ..plain("1000004", svetlana)
            },
        ),
        (
            "mum",
            Persona {
                birth: Some("1985-02-03"),
                ..plain("1000005", ("Петрова", "Анна", "Игоревна"))
            },
        ),
        (
            "kid",
            Persona {
                birth: Some("2014-05-01"),
                level: AssuranceLevel::Child,
                ..plain("1000006", ("Петров", "Иван", "Олегович"))
            },
        ),
        (
            "twin",
            Persona {
                snils: Some("112-233-445 95"),
                ..plain("1000007", svetlana)
            },
        ),
        (
            "hostile",
            plain(
                "1000008",
                ("<script>alert(1)</script>", "\"><img src=x>", ""),
            ),
        ),
    ]
    .map(|(code, persona)| (code.to_owned(), persona))
    .into()
}
