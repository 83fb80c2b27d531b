//! The screenshots of all journeys, in `target/screens`, with a page that shows them.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The screenshots of one journey.
pub(crate) struct Gallery {
    folder: PathBuf,
    pages: u32,
}

fn screens() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")),
        PathBuf::from,
    );
    target.join("screens")
}

impl Gallery {
    /// Begins the gallery of a journey anew.
    pub(crate) fn of(journey: &str) -> Result<Self> {
        let folder = screens().join(journey);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, pages: 0 })
    }

    /// Adds a picture (PNG in Base64) of a page at a width.
    pub(crate) fn add(&mut self, page: &str, width: u32, picture: &str) -> Result<()> {
        if width == 1280 {
            self.pages += 1;
        }
        let name = format!("{:02}-{page}-{width}.png", self.pages);
        fs::write(self.folder.join(name), STANDARD.decode(picture)?)?;
        write_index()
    }
}

/// Writes the page that shows every picture there is.
fn write_index() -> Result<()> {
    let screens = screens();
    let mut html = String::from(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Screens</title>\
         <style>img{border:1px solid #999;margin:4px;vertical-align:top;max-height:900px}</style>",
    );
    let mut journeys: Vec<PathBuf> = fs::read_dir(&screens)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    journeys.sort();
    for journey in journeys.iter().filter(|path| path.is_dir()) {
        let title = journey
            .file_name()
            .context("a folder has a name")?
            .to_string_lossy();
        let _ = write!(html, "<h2>{title}</h2>");
        let mut files: Vec<String> = fs::read_dir(journey)?
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        files.sort();
        for file in files {
            let _ = write!(
                html,
                "<a href=\"{title}/{file}\"><img src=\"{title}/{file}\" alt=\"{file}\" title=\"{file}\"></a>"
            );
        }
    }
    fs::write(screens.join("index.html"), html)?;
    Ok(())
}
