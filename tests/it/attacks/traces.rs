//! H: what of a person is left where it must not be.

use std::fs;

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose};
use linking_simulator::{
    Fault, Forgery, Place, TokenKind, Transport,
    personas::{self, PASSWORD},
};

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

fn found(haystack: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty()
        && haystack
            .windows(needle.len())
            .any(|window| window == needle)
}

/// What the provider knows of a person: none of it may stand in clear anywhere.
fn markers_of(id: &str) -> Result<Vec<String>> {
    let person = personas::find(id).context("nobody")?;
    let mut markers = vec![
        person.last_name.clone(),
        person.birth_date.format("%d.%m.%Y").to_string(),
    ];
    markers.push(person.first_name.clone());
    markers.extend(person.middle_name.clone());
    for snils in &person.snils {
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
    let log = ground.stand.log()?.into_bytes();
    ensure!(log.len() > 10_000, "the log was read at level trace");
    ensure!(found(&log, b"provider-answer-invalid") || found(&log, b"answer was not taken"));
    for id in WALKED {
        for marker in markers_of(id)? {
            for form in forms(&marker) {
                ensure!(
                    !found(&log, &form),
                    "the log holds a marker of {id}: {marker}"
                );
            }
        }
    }
    for secret in &secrets {
        for form in forms(secret) {
            ensure!(!found(&log, &form), "the log holds a secret: {secret}");
        }
    }
    // Nor logins, nor anything that looks like a token.
    for sign in [
        "dmitrieva30",
        "eyJ",
        "stend.example",
        "-----BEGIN",
        "argon2id",
        "code=",
        "state=",
    ] {
        ensure!(!found(&log, sign.as_bytes()), "the log holds {sign}");
    }
    ensure!(!found(&log, PASSWORD.as_bytes()) || PASSWORD.len() < 6);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_nothing_of_a_person_is_in_clear_in_the_database() -> Result<()> {
    let (mut ground, secrets) = log_with_everything("h2").await?;
    ground.stand.kill()?;
    let database = ground.stand.database();
    for ending in ["", "-wal", "-shm"] {
        let mut file = database.clone().into_os_string();
        file.push(ending);
        let Ok(octets) = fs::read(&file) else {
            ensure!(!ending.is_empty(), "no database");
            continue;
        };
        for id in WALKED {
            for marker in markers_of(id)? {
                // A given name, a year or the like stands in names of schools; what names the
                // person does not.
                let telling = marker.chars().count() >= 7;
                for form in forms(&marker).iter().filter(|_| telling) {
                    ensure!(
                        !found(&octets, form),
                        "{file:?} holds a marker of {id}: {marker}"
                    );
                }
            }
        }
        for secret in &secrets {
            for form in forms(secret) {
                ensure!(!found(&octets, &form), "{file:?} holds a secret: {secret}");
            }
        }
        for sign in ["eyJ", "stend.example"] {
            ensure!(!found(&octets, sign.as_bytes()), "{file:?} holds {sign}");
        }
    }
    Ok(())
}
