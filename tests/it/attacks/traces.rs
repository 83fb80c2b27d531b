//! H: what of a person is left where it must not be.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose};
use linking_simulator::{Fault, Forgery, Place, TokenKind, Transport, personas};

use crate::{attacks::Ground, gosuslugi::Decision, stand::Stand};

/// A text of a person, in every form in which it could be written.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let url: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let json = serde_json::Value::from(text).to_string();
    let escaped: String = text
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                format!("\\u{:04x}", u32::from(c))
            }
        })
        .collect();
    let mut forms = vec![
        text.as_bytes().to_vec(),
        url.clone().into_bytes(),
        url.to_lowercase().into_bytes(),
        json.trim_matches('"').as_bytes().to_vec(),
        escaped.into_bytes(),
        hex::encode(text).into_bytes(),
        hex::encode_upper(text).into_bytes(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    // Base64 of a text inside a longer one has three faces; their middles are compared.
    for skip in 0..3_usize {
        let padded: Vec<u8> = std::iter::repeat_n(b' ', skip)
            .chain(text.bytes())
            .collect();
        for engine in [
            general_purpose::STANDARD_NO_PAD,
            general_purpose::URL_SAFE_NO_PAD,
        ] {
            let whole = engine.encode(&padded);
            let inner: String = whole
                .chars()
                .skip(4)
                .take(whole.len().saturating_sub(6))
                .collect();
            if inner.len() >= 8 {
                forms.push(inner.into_bytes());
            }
        }
    }
    forms
}

/// Texts that must not be there, found in one pass however many they are.
#[derive(Default)]
pub(super) struct Signs {
    /// By their first four octets: the text as it was searched for, and what it stands for.
    by_start: HashMap<[u8; 4], Vec<(Vec<u8>, String)>>,
    /// Whether a text begins with these two octets.
    starts: HashSet<u16>,
}

impl Signs {
    /// Adds a text as it stands.
    pub(super) fn add(&mut self, octets: Vec<u8>, named: &str) {
        let Some((start, _)) = octets.split_first_chunk::<4>() else {
            return;
        };
        let start = *start;
        let [first, second, ..] = start;
        self.starts.insert(u16::from_be_bytes([first, second]));
        let named = named.to_owned();
        self.by_start
            .entry(start)
            .or_default()
            .push((octets, named));
    }

    /// Adds a text in every form in which it could be written.
    fn add_forms(&mut self, text: &str, named: &str) {
        for form in forms(text) {
            self.add(form, named);
        }
    }

    /// What of it is in the octets.
    pub(super) fn found_in(&self, octets: &[u8]) -> BTreeSet<&str> {
        let mut likely = vec![false; usize::from(u16::MAX) + 1];
        for start in &self.starts {
            if let Some(start) = likely.get_mut(usize::from(*start)) {
                *start = true;
            }
        }
        let mut found = BTreeSet::new();
        for (at, window) in octets.windows(4).enumerate() {
            let Ok([a, b, c, d]) = <[u8; 4]>::try_from(window) else {
                continue;
            };
            let start = usize::from(u16::from_be_bytes([a, b]));
            if !likely.get(start).copied().unwrap_or_default() {
                continue;
            }
            let rest = octets.get(at..).unwrap_or_default();
            let candidates = self.by_start.get(&[a, b, c, d]).into_iter().flatten();
            found.extend(
                candidates
                    .filter(|(text, _)| rest.starts_with(text))
                    .map(|(_, named)| named.as_str()),
            );
        }
        found
    }
}

/// What the provider knows of a person: none of it may stand in clear anywhere.
fn markers_of(id: &str) -> Result<Vec<String>> {
    let person = personas::find(id).context("nobody")?;
    let mut markers = vec![
        person.last_name.clone(),
        person.birth_date.format("%d.%m.%Y").to_string(),
        person.birth_date.to_string(),
    ];
    markers.push(person.first_name.clone());
    markers.extend(person.middle_name.clone());
    if let Some(snils) = &person.snils {
        markers.push(snils.clone());
        markers.push(snils.chars().filter(char::is_ascii_digit).collect());
    }
    for contact in &person.contacts {
        markers.push(contact.value.clone());
        if contact.value.starts_with('+') {
            markers.push(contact.value.chars().filter(char::is_ascii_digit).collect());
        }
    }
    for document in &person.documents {
        markers.push(document.issued_by.clone());
    }
    for address in &person.addresses {
        markers.push(address.text.clone());
    }
    Ok(markers)
}

/// Walks every journey and every refusal that a person can meet; gives the secrets that came by.
async fn walk_everything(ground: &Ground) -> Result<Vec<String>> {
    let stand = &ground.stand;
    let control = stand.control();
    let mut secrets: Vec<String> = stand.passwords().values().cloned().collect();
    let seen = |secrets: &mut Vec<String>, client: &crate::client::Client| {
        for name in ["__Host-session", "__Host-browser"] {
            secrets.extend(client.cookie("localhost", name));
        }
        if let Some(callback) = stand.control().last_callback()
            && let Ok(url) = url::Url::parse(&callback)
        {
            secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
        }
    };
    // SGO-1 with wrong passwords on the way, and with contacts kept.
    let client = stand.client();
    let page = stand.come_from_provider(&client, "sokolova").await?;
    let prove = stand.agree(&client, &page).await?;
    let prove = stand
        .prove_with(&client, &prove, "sokolova", "не тот пароль 7731")
        .await?;
    let page = stand
        .prove_with(&client, &prove, "sokolova", stand.password_of("sokolova")?)
        .await?;
    client
        .press(
            &page,
            "Сохранить выбранное",
            &[("mobile", "keep"), ("home", "keep"), ("email", "keep")],
        )
        .await?
        .expect("linked")?;
    seen(&mut secrets, &client);
    for path in ["/", "/settings", "/settings/contacts", "/settings/history"] {
        client.open(&stand.at(path)).await?;
    }
    // By one press, and out again.
    let client = stand.client();
    let home = stand
        .come_from_provider(&client, "sokolova")
        .await?
        .expect("home")?;
    seen(&mut secrets, &client);
    client.press(&home, "Выход", &[]).await?;
    // SGO-2, unlink, link again and leave it.
    let client = stand.client();
    stand.sign_in(&client, "dmitrieva30").await?;
    let page = stand.come_to_confirm(&client, "dmitrieva").await?;
    let page = client.press(&page, "Связать", &[]).await?;
    client.press(&page, "Ничего не сохранять", &[]).await?;
    let page = client
        .open(&stand.at("/settings/ways/gosuslugi/unlink"))
        .await?;
    client.press(&page, "Отключить Госуслуги", &[]).await?;
    stand
        .come_to_confirm(&client, "dmitrieva")
        .await?
        .expect("who")?;
    seen(&mut secrets, &client);
    // Refusals.
    for (persona, login) in [
        ("latin", "semenova"),
        ("one-digit", "fedorova"),
        ("birth-date", "grigoriev"),
        ("sokolov", "artyom"),
        ("sokolov-artyom", "sokolova"),
        ("arkhipov", "arkhipov"),
        ("kuznetsova", "sokolova"),
    ] {
        let client = stand.client();
        let page = stand.come_from_provider(&client, persona).await?;
        let page = stand.agree(&client, &page).await?;
        let password = stand
            .passwords()
            .get(login)
            .map_or("не тот", String::as_str);
        let page = stand.prove_with(&client, &page, login, password).await?;
        ensure!(
            page.refusal().is_some() || page.status.is_client_error(),
            "{persona}: {}",
            page.text()
        );
        seen(&mut secrets, &client);
    }
    let client = stand.client();
    let page = stand.begin_at_provider(&client).await?;
    stand
        .walk(&client, page, "rahimov", Decision::Refuse, |_| false)
        .await?;
    // Faults, so that errors are logged with whatever they hold.
    for fault in [
        Fault::Transport(Place::Token, Transport::Html(500)),
        Fault::Transport(Place::Rest, Transport::Half),
        Fault::Transport(Place::Rest, Transport::Garbage),
        Fault::Forged(TokenKind::Id, Forgery::UnknownKey),
        Fault::Forged(TokenKind::Access, Forgery::Tampered),
        Fault::NoIdToken,
        Fault::RestNotFound,
    ] {
        control.set_fault_times(fault, 1);
        let client = stand.client();
        stand.come_from_provider(&client, "li").await?;
        control.clear_faults();
        seen(&mut secrets, &client);
    }
    // Requests that do not read.
    let client = stand.client();
    client
        .get(&stand.at("/auth/gosuslugi/callback?code=%ff&state=7731-marker"))
        .await?;
    secrets.push("7731-marker".to_owned());
    secrets.push("не тот пароль 7731".to_owned());
    client.get(&stand.at("/settings?login=marker-7732")).await?;
    secrets.push("marker-7732".to_owned());
    Ok(secrets
        .into_iter()
        .filter(|secret| secret.len() >= 6)
        .collect())
}

const WALKED: [&str; 13] = [
    "sokolova",
    "dmitrieva",
    "latin",
    "one-digit",
    "birth-date",
    "sokolov",
    "sokolov-artyom",
    "arkhipov",
    "kuznetsova",
    "rahimov",
    "li",
    "sokolova-polina",
    "ivanova-1",
];

async fn log_with_everything(name: &str) -> Result<(Ground, Vec<String>)> {
    let trace = "\n[log]\nlevel = \"trace\"\n";
    let ground = Ground::of(Stand::start_with(name, trace).await?).await?;
    let secrets = walk_everything(&ground).await?;
    Ok((ground, secrets))
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_nothing_of_a_person_is_in_the_log() -> Result<()> {
    let (ground, secrets) = log_with_everything("h1").await?;
    let log = ground.stand.log()?;
    ensure!(log.lines().count() > 140, "every request has a line");
    ensure!(
        log.contains("a provider's answer was not taken"),
        "faults are told"
    );
    let mut signs = Signs::default();
    for id in WALKED {
        for marker in markers_of(id)? {
            signs.add_forms(&marker, &format!("{id}: {marker}"));
        }
    }
    for secret in &secrets {
        signs.add_forms(secret, secret);
    }
    // Nor logins, nor anything that looks like a token.
    for sign in [
        "dmitrieva30",
        "eyJ0",
        "eyJh",
        "stend.example",
        "-----BEGIN",
        "argon2id",
    ] {
        signs.add(sign.as_bytes().to_vec(), sign);
    }
    let found = signs.found_in(log.as_bytes());
    ensure!(found.is_empty(), "the log holds {found:?}");
    // The search itself finds what is there.
    signs.add(b"a provider's answer".to_vec(), "planted");
    ensure!(signs.found_in(log.as_bytes()).contains("planted"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_nothing_of_a_person_is_in_clear_in_the_database() -> Result<()> {
    let (mut ground, secrets) = log_with_everything("h2").await?;
    ground.stand.kill()?;
    let mut signs = Signs::default();
    for id in WALKED {
        // A short given name is a part of many words.
        for marker in markers_of(id)?
            .iter()
            .filter(|text| text.chars().count() >= 7)
        {
            signs.add_forms(marker, &format!("{id}: {marker}"));
        }
    }
    for secret in &secrets {
        signs.add_forms(secret, secret);
    }
    for sign in ["eyJ0", "eyJh", "stend.example"] {
        signs.add(sign.as_bytes().to_vec(), sign);
    }
    let database = ground.stand.database();
    for ending in ["", "-wal", "-shm"] {
        let mut file = database.clone().into_os_string();
        file.push(ending);
        let Ok(octets) = fs::read(&file) else {
            ensure!(!ending.is_empty(), "no database");
            continue;
        };
        let found = signs.found_in(&octets);
        ensure!(found.is_empty(), "{} holds {found:?}", file.display());
    }
    // The search itself finds what is there: logins stand in clear.
    let octets = fs::read(&database)?;
    signs.add(b"dmitrieva30".to_vec(), "planted");
    ensure!(signs.found_in(&octets).contains("planted"));
    Ok(())
}
