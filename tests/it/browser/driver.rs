//! Chromium as a person uses it: by labels, buttons and links, not by addresses and selectors.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    wd::{WebDriverCompatibleCommand, WindowHandle},
};
use serde_json::{Value, json};

use crate::browser::Gallery;

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JavaScript {
    On,
    Off,
}

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The widths at which each page is looked at.
const WIDTHS: [u32; 2] = [1280, 360];

/// One browser with a profile of its own.
pub(crate) struct Browser {
    client: Client,
    driver: Child,
    scripts: JavaScript,
    gallery: Gallery,
    _profile: tempfile::TempDir,
}

/// A command of Chromium's own protocol.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver leads a group of its own: with it go all processes of its browser.
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.driver.id())])
            .status();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Starts a browser; its screenshots go to the gallery of that journey.
    pub(crate) async fn start(journey: &str, scripts: JavaScript) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("chromedriver does not start: install chromium and chromium-driver")?;
        let mut lines = BufReader::new(driver.stdout.take().context("no output")?).lines();
        let port: u16 = loop {
            let line = lines.next().context("chromedriver ended at once")??;
            if let Some(port) = line.split("started successfully on port ").nth(1) {
                break port.trim_end_matches('.').trim().parse()?;
            }
        };
        // Read to the end, so that the driver never blocks on its own output.
        std::thread::spawn(move || lines.for_each(drop));
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=ru",
            "--accept-lang=ru",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let preferences = match scripts {
            JavaScript::On => json!({}),
            JavaScript::Off => json!({ "profile.managed_default_content_settings.javascript": 2 }),
        };
        let options = json!({
            "args": arguments, "binary": "/usr/bin/chromium", "prefs": preferences,
        });
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        let gallery = Gallery::of(journey)?;
        Ok(Self {
            client,
            driver,
            scripts,
            gallery,
            _profile: profile,
        })
    }

    /// Opens an address.
    pub(crate) async fn open(&self, address: &str) -> Result<()> {
        Ok(self.client.goto(address).await?)
    }

    /// Reloads the page.
    pub(crate) async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Goes back by the browser's own button.
    pub(crate) async fn back(&self) -> Result<()> {
        Ok(self.client.back().await?)
    }

    /// Opens another tab and goes to it; gives the one that was left.
    pub(crate) async fn new_tab(&self) -> Result<WindowHandle> {
        let left = self.client.window().await?;
        let tab = self.client.new_window(true).await?;
        self.client.switch_to_window(tab.handle).await?;
        Ok(left)
    }

    /// Goes to a tab.
    pub(crate) async fn to_tab(&self, tab: WindowHandle) -> Result<()> {
        Ok(self.client.switch_to_window(tab).await?)
    }

    /// The present address.
    pub(crate) async fn address(&self) -> Result<url::Url> {
        Ok(self.client.current_url().await?)
    }

    /// The text that the page shows; while one page gives way to the next, that of the next.
    pub(crate) async fn text(&self) -> Result<String> {
        let begun = std::time::Instant::now();
        loop {
            let text = async { self.client.find(Locator::Css("body")).await?.text().await };
            match text.await {
                Ok(text) => return Ok(text),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error.into()),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    async fn visible(&self, xpath: &str) -> Result<Option<Element>> {
        for element in self.client.find_all(Locator::XPath(xpath)).await? {
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// Clicks what one of the paths shows, once it can be clicked: what was found may belong to a
    /// page that is giving way to the next.
    async fn click(&self, paths: &[String], what: &str) -> Result<()> {
        let begun = std::time::Instant::now();
        loop {
            match self.wait_for(paths, what).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) if !error.is_stale_element_reference() => return Err(error.into()),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error.into()),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    /// Looks until one of the paths shows something.
    async fn wait_for(&self, paths: &[String], what: &str) -> Result<Element> {
        let begun = std::time::Instant::now();
        loop {
            for path in paths {
                if let Ok(Some(element)) = self.visible(path).await {
                    return Ok(element);
                }
            }
            if begun.elapsed() > PATIENCE {
                bail!(
                    "no {what} on {}:\n{}",
                    self.client.current_url().await?.path(),
                    self.text().await?
                );
            }
            tokio::task::yield_now().await;
        }
    }

    /// Presses the button or link with that label (whole, or at its beginning).
    pub(crate) async fn press(&self, label: &str) -> Result<()> {
        let label = literal(label);
        let own = |test: &str| {
            format!(
                "//button[{test}] | //a[{test}] | //input[@type='submit' and @value={label}] | \
                 //summary[{test}]"
            )
        };
        let paths = [
            own(&format!("normalize-space(.)={label}")),
            own(&format!("starts-with(normalize-space(.), {label})")),
            own(&format!("contains(normalize-space(.), {label})")),
        ];
        self.click(&paths, &format!("button {label}")).await
    }

    /// Every cookie that the browser holds: its host, name and value.
    pub(crate) async fn cookies(&self) -> Result<Vec<(String, String, String)>> {
        let held = self.dev_tools("Network.getAllCookies", json!({})).await?;
        let text = |cookie: &Value, field: &str| {
            let text = cookie.get(field).and_then(Value::as_str);
            text.map(str::to_owned).context("no cookie")
        };
        let cookies = held
            .get("cookies")
            .and_then(Value::as_array)
            .context("none")?;
        cookies
            .iter()
            .map(|c| Ok((text(c, "domain")?, text(c, "name")?, text(c, "value")?)))
            .collect()
    }

    /// Opens an address again and again until the page has that heading.
    pub(crate) async fn open_until(&self, address: &str, heading: &str) -> Result<()> {
        let path = format!("//h1[normalize-space(.)={}]", literal(heading));
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            self.open(address).await?;
            if self.visible(&path).await?.is_some() {
                return Ok(());
            }
        }
        bail!("no heading {heading}:\n{}", self.text().await?)
    }

    fn field_paths(label: &str) -> [String; 2] {
        let label = literal(label);
        [
            format!("//*[@id=//label[normalize-space(.)={label}]/@for]"),
            format!("//*[@id=//label[starts-with(normalize-space(.), {label})]/@for]"),
        ]
    }

    /// Types into the field with that label, in place of what stood there.
    pub(crate) async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let element = self
            .wait_for(&Self::field_paths(label), &format!("field {label}"))
            .await?;
        element.clear().await?;
        element.send_keys(text).await?;
        Ok(())
    }

    /// What stands in the field with that label.
    pub(crate) async fn filled(&self, label: &str) -> Result<String> {
        let element = self
            .wait_for(&Self::field_paths(label), &format!("field {label}"))
            .await?;
        Ok(element.prop("value").await?.unwrap_or_default())
    }

    /// Ticks or chooses what has that label.
    pub(crate) async fn choose(&self, label: &str) -> Result<()> {
        let text = literal(label);
        let paths = [
            format!("//label[normalize-space(.)={text}]"),
            format!("//label[contains(normalize-space(.), {text})]"),
        ];
        self.click(&paths, &format!("choice {label}")).await
    }

    /// Picks a hit of a live search.
    pub(crate) async fn pick(&self, text: &str) -> Result<()> {
        let path = format!(
            "//li[@role='option' and contains(normalize-space(.), {})]",
            literal(text)
        );
        self.click(&[path], &format!("hit {text}")).await
    }

    /// Presses a key where the focus is.
    pub(crate) async fn key(&self, key: fantoccini::key::Key) -> Result<()> {
        self.client
            .active_element()
            .await?
            .send_keys(&char::from(key).to_string())
            .await?;
        Ok(())
    }

    /// The text of what has the focus.
    pub(crate) async fn focused(&self) -> Result<String> {
        Ok(self.client.active_element().await?.text().await?)
    }

    /// The document's title.
    pub(crate) async fn title(&self) -> Result<String> {
        Ok(self.client.title().await?)
    }

    /// Whether what has that label is ticked or chosen.
    pub(crate) async fn is_ticked(&self, label: &str) -> Result<bool> {
        let path = format!(
            "//label[contains(normalize-space(.), {})]//input",
            literal(label)
        );
        let input = self.client.find(Locator::XPath(&path)).await?;
        Ok(input.is_selected().await?)
    }

    /// Whether a button or link with that label is there.
    pub(crate) async fn offers(&self, label: &str) -> Result<bool> {
        let label = literal(label);
        let path =
            format!("//button[normalize-space(.)={label}] | //a[normalize-space(.)={label}]");
        Ok(self.visible(&path).await?.is_some())
    }

    /// Waits for the page with that heading.
    pub(crate) async fn expect_heading(&self, heading: &str) -> Result<()> {
        let path = format!("//h1[normalize-space(.)={}]", literal(heading));
        self.wait_for(&[path], &format!("heading {heading}"))
            .await?;
        Ok(())
    }

    /// What a frame of the page shows.
    pub(crate) async fn text_in_frame(&self, id: &str) -> Result<String> {
        let frame = self.client.find(Locator::Id(id)).await?;
        frame.enter_frame().await?;
        let text = self.text().await.unwrap_or_default();
        self.client.enter_parent_frame().await?;
        Ok(text)
    }

    /// Waits until the page shows that text.
    pub(crate) async fn expect_text(&self, text: &str) -> Result<()> {
        let path = format!("//body//*[contains(normalize-space(.), {})]", literal(text));
        self.wait_for(&[path], &format!("text {text}")).await?;
        Ok(())
    }

    /// Whether the page shows that text at this moment.
    pub(crate) async fn shows(&self, text: &str) -> Result<bool> {
        Ok(self.text().await?.contains(text))
    }

    async fn dev_tools(&self, command: &str, parameters: Value) -> Result<Value> {
        let body = json!({ "cmd": command, "params": parameters });
        Ok(self.client.issue_cmd(DevTools(body)).await?)
    }

    /// Writes the page's screenshots, finds sideways scroll, and lets axe-core judge the page.
    pub(crate) async fn look(&mut self, page: &str) -> Result<()> {
        for width in WIDTHS {
            let metrics = json!({
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
            });
            self.dev_tools("Emulation.setDeviceMetricsOverride", metrics)
                .await?;
            let layout = self.dev_tools("Page.getLayoutMetrics", json!({})).await?;
            let size = |of: &str| {
                let found = layout.pointer(&format!("/cssContentSize/{of}"));
                found.and_then(Value::as_f64).context("no size")
            };
            let content = size("width")?;
            if content > f64::from(width) + 0.5 {
                bail!("{page}: {content} px wide in a window of {width} px");
            }
            let shot = self
                .dev_tools(
                    "Page.captureScreenshot",
                    json!({ "captureBeyondViewport": true,
                    "clip": { "x": 0, "y": 0, "width": width, "scale": 1,
                              "height": size("height")? } }),
                )
                .await?;
            let picture = shot.get("data").and_then(Value::as_str);
            self.gallery
                .add(page, width, picture.context("no picture")?)?;
        }
        self.dev_tools("Emulation.clearDeviceMetricsOverride", json!({}))
            .await?;
        if self.scripts == JavaScript::On {
            self.axe(page).await?;
        }
        Ok(())
    }

    async fn axe(&self, page: &str) -> Result<()> {
        const SOURCE: &str = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/node_modules/axe-core/axe.min.js"
        );
        let source = std::fs::read_to_string(SOURCE)
            .context("axe-core is missing: run `npm ci` in the folder tests")?;
        self.client.execute(&source, Vec::new()).await?;
        let run = "const done = arguments[arguments.length - 1]; \
            axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
            'best-practice'] }).then(r => done(r.violations.map(v => v.id + ': ' + v.help + \
            ' ' + v.nodes.map(n => n.target.join(' ')).join(', '))), e => done([String(e)]))";
        let found = self.client.execute_async(run, Vec::new()).await?;
        let found = found.as_array().context("axe-core gave no list")?;
        if !found.is_empty() {
            bail!("{page}: axe-core finds {found:#?}");
        }
        Ok(())
    }

    /// Ends the browser.
    pub(crate) async fn close(self) -> Result<()> {
        self.client.clone().close().await?;
        Ok(())
    }
}

/// A text as an `XPath` literal, whatever quotes it holds.
fn literal(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}
