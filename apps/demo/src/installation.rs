//! Writes what an installation needs into a folder: keys, configuration, registers.

use std::{
    fs,
    io::Write,
    num::NonZeroU64,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use chrono::{TimeDelta, Utc};
use gost_signature::{ParamSet, SigningKey, self_signed_certificate};
use linking_core::ports::Randomness;
use linking_crypto::{KeyVault, SystemRandom};
use linking_simulator::{Client, Settings as SimulatorSettings, Simulator, TokenAlgorithm};

use crate::schools;

/// Our mnemonic at the simulator.
const CLIENT: &str = "SVYAZKA";

/// Where the demo's two programs listen. Cookies do not know ports: the school is `localhost`,
/// the simulator `127.0.0.1`.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The school app's port.
    pub school: u16,
    /// The simulator's port.
    pub simulator: u16,
}

impl Ports {
    /// The school's address, as people type it.
    #[must_use]
    pub fn school_address(self) -> String {
        format!("http://localhost:{}", self.school)
    }

    /// The simulator's address.
    #[must_use]
    pub fn simulator_address(self) -> String {
        format!("http://127.0.0.1:{}", self.simulator)
    }
}

/// A folder with all that an installation needs, and the simulator that it trusts.
#[derive(Debug)]
pub struct Installation {
    /// The folder.
    pub folder: PathBuf,
    /// The school's configuration file.
    pub configuration: PathBuf,
    /// The simulator, not yet serving.
    pub simulator: Simulator,
}

/// Writes an installation into a folder. What is there from an earlier run stays (the database
/// and its keys); what belongs to this run (addresses, the simulator's keys) is written anew.
///
/// # Errors
/// The folder cannot be written.
pub fn prepare(folder: &Path, ports: Ports) -> Result<Installation> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let vault = folder.join("vault.keys");
    if !vault.exists() {
        KeyVault::create(&vault, &SystemRandom).map_err(|error| anyhow!("{error}"))?;
    }
    let certificate = client_identity(folder)?;
    let simulator = simulator(ports, &certificate)?;
    let trusted = folder.join("esia-certificates");
    fs::create_dir_all(&trusted)?;
    let pem = simulator
        .control()
        .certificates_pem(TokenAlgorithm::Rs256)
        .concat();
    fs::write(trusted.join("tokens.pem"), pem)?;
    let configuration = folder.join("school.toml");
    fs::write(&configuration, configuration_text(folder, ports))?;
    write_registers(folder)?;
    Ok(Installation {
        folder: folder.to_owned(),
        configuration,
        simulator,
    })
}

/// The diary's own key and certificate, made on the first run; gives the certificate.
fn client_identity(folder: &Path) -> Result<String> {
    let (key_file, certificate_file) = (folder.join("client.key"), folder.join("client.crt"));
    if !key_file.exists() {
        let mut entropy = [0; 32];
        SystemRandom.fill(&mut entropy);
        let key = SigningKey::generate(&entropy, ParamSet::CryptoProA);
        SystemRandom.fill(&mut entropy);
        let now = Utc::now();
        let certificate = self_signed_certificate(
            &key,
            "Svyazka demo",
            NonZeroU64::MIN,
            (now - TimeDelta::days(1)).timestamp(),
            (now + TimeDelta::days(3650)).timestamp(),
            &entropy,
        )?;
        fs::write(&certificate_file, certificate.to_pem()?)?;
        write_private(&key_file, &key.to_pkcs8_pem()?)?;
    }
    Ok(fs::read_to_string(&certificate_file)?)
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())?;
    Ok(())
}

fn simulator(ports: Ports, certificate: &str) -> Result<Simulator> {
    let redirect = format!("{}/auth/gosuslugi/callback", ports.school_address());
    let client = Client::new(CLIENT, "Сетевой Город. Образование", &redirect, certificate);
    let mut settings = SimulatorSettings::new(vec![client]);
    settings.base_url = Some(ports.simulator_address());
    Simulator::new(settings).map_err(|error| anyhow!("{error}"))
}

/// A path as a TOML string.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

fn configuration_text(folder: &Path, ports: Ports) -> String {
    let file = |name: &str| quoted(&folder.join(name));
    format!(
        r#"# Written by the demo at each start.
preset = "setevoy-gorod"
profile = "demo"
public-address = "{school}"
listen = "127.0.0.1:{port}"
trusted-proxies = []

[diary]
operator = "Учебный стенд (настоящих данных здесь нет)"

[database]
path = {database}

[vault]
key-file = {vault}

[mail]
way = "folder"
from = "no-reply@diary.example.org"
folder = {letters}

[providers.gosuslugi]
stand = "demo"
client-id = "{CLIENT}"
redirect-uri = "{school}/auth/gosuslugi/callback"
client-certificate = {certificate}
token-certificates = [{trusted}]
front-base = "{simulator}"
issuers = ["{issuer}"]

[providers.gosuslugi.signer]
kind = "soft-key"
key = {key}
"#,
        school = ports.school_address(),
        port = ports.school,
        simulator = ports.simulator_address(),
        issuer = linking_simulator::ISSUER,
        database = file("svyazka.db"),
        vault = file("vault.keys"),
        letters = file("letters"),
        certificate = file("client.crt"),
        trusted = file("esia-certificates"),
        key = file("client.key"),
    )
}

/// The registers' files, in the form that `svyazka import` takes.
fn write_registers(folder: &Path) -> Result<()> {
    let file = folder.join("organizations.csv");
    if !file.exists() {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path(&file)?;
        writer.write_record([
            "region",
            "region_name",
            "utc_offset",
            "id",
            "locality",
            "name",
            "kind",
        ])?;
        for row in schools::organizations() {
            let offset = format!("+{:02}:{:02}", row.offset / 60, row.offset % 60);
            writer.write_record([
                row.region,
                row.region_name,
                &offset,
                &row.external_id,
                &row.locality,
                &row.name,
                row.kind,
            ])?;
        }
        writer.flush()?;
    }
    fs::write(
        folder.join("people.csv"),
        include_str!("../data/people.csv"),
    )?;
    fs::write(
        folder.join("guardianships.csv"),
        include_str!("../data/guardianships.csv"),
    )?;
    Ok(())
}
