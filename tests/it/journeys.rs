//! What people walk, in a real browser, from the first page to the last (`journeys.md`).

mod clocks;
mod letters;
mod moving;
mod provider_away;
mod refusals;
mod rotation;
mod sgo_0;
mod sgo_1;
mod sgo_2;
mod shared_computer;

use anyhow::Result;

use crate::{
    browser::{Browser, JavaScript},
    gosuslugi::Decision,
    stand::{Kind, Stand},
};

const SCHOOL: &str = "МБОУ СОШ № 30 п/р Луговое";
/// Labels of the documents, letter for letter (`texts.md`, section 3).
const BY_GOSUSLUGI: &str = "Вход с учетной записью портала гос. услуг";
const LINK_GOSUSLUGI: &str = "Привязать учетную запись портала Госуслуг";

/// A stand and a browser on it: what every journey walks with.
struct Walk {
    stand: Stand,
    browser: Browser,
    scripts: JavaScript,
}

impl Walk {
    async fn begin(name: &str, scripts: JavaScript) -> Result<Self> {
        let name = name_of(name, scripts);
        let stand = match Kind::of_tests() {
            Kind::Sqlite => Stand::start(&name).await?,
            // Every step is another server's.
            Kind::Postgres => Stand::start_two(&name).await?,
        };
        Self::over(stand, &name, scripts).await
    }

    /// With a clock that the test sets.
    async fn timed(name: &str, scripts: JavaScript) -> Result<Self> {
        let name = name_of(name, scripts);
        Self::over(Stand::timed(&name).await?, &name, scripts).await
    }

    async fn over(stand: Stand, name: &str, scripts: JavaScript) -> Result<Self> {
        let browser = Browser::start(name, scripts).await?;
        Ok(Self {
            stand,
            browser,
            scripts,
        })
    }

    /// Opens a page of the school.
    async fn open(&self, path: &str) -> Result<()> {
        self.browser
            .open(&format!("{}{path}", self.stand.school()))
            .await
    }

    /// The path on which the browser stands, of the school.
    async fn path(&self) -> Result<String> {
        Ok(self.browser.address().await?.path().to_owned())
    }

    /// Searches a picker: with a script while typing, without one by «Найти».
    async fn search(&self, field: &str, words: &str, hit: &str) -> Result<()> {
        self.browser.fill(field, words).await?;
        match self.scripts {
            JavaScript::On => self.browser.pick(hit).await,
            JavaScript::Off => {
                self.browser.press("Найти").await?;
                self.browser.press(hit).await
            }
        }
    }

    /// From the first visit to the form of the demo's own school.
    async fn choose_school(&self) -> Result<()> {
        self.browser.expect_heading("Вход в дневник").await?;
        self.search("Регион", "сахал", "Сахалинская обл.").await?;
        self.search("Город или село", "лугово", "Луговое").await?;
        self.browser.choose(SCHOOL).await
    }

    async fn type_password(&self, login: &str, password: &str) -> Result<()> {
        self.browser.fill("Пользователь", login).await?;
        self.browser.fill("Пароль", password).await?;
        self.browser.press("Войти").await
    }

    /// Types a login and its right password.
    async fn prove(&self, login: &str) -> Result<()> {
        self.type_password(login, self.stand.password_of(login)?)
            .await
    }

    /// Signs in by the local password, in a browser that may know the school or not.
    async fn sign_in(&self, login: &str) -> Result<()> {
        self.open("/sign-in").await?;
        if !self.browser.shows(SCHOOL).await? {
            self.choose_school().await?;
        }
        self.prove(login).await?;
        self.browser.expect_text("Выход").await
    }

    async fn sign_out(&self) -> Result<()> {
        self.browser.press("Выход").await?;
        self.browser.expect_heading("Вы вышли из дневника").await
    }

    /// Begins at the provider's button, from a browser that knows its region.
    async fn begin_at_provider(&self) -> Result<()> {
        self.open("/sign-in").await?;
        if !self.browser.shows("Сахалинская обл.").await? && !self.browser.shows(SCHOOL).await?
        {
            self.search("Регион", "сахал", "Сахалинская обл.").await?;
        }
        self.browser.press(BY_GOSUSLUGI).await
    }

    async fn at_gosuslugi(&self, persona: &str) -> Result<()> {
        self.stand
            .type_at_gosuslugi(&self.browser, persona, Decision::Grant)
            .await
    }

    /// Ends the session at the provider, so that the next person can sign in there.
    async fn leave_gosuslugi(&self) -> Result<()> {
        let address = format!(
            "{}/idp/ext/Logout?client_id=SVYAZKA",
            self.stand.simulator()
        );
        self.browser.open(&address).await
    }

    async fn end(self) -> Result<()> {
        self.browser.close().await
    }
}

fn name_of(name: &str, scripts: JavaScript) -> String {
    let name = Kind::of_tests().named(name);
    match scripts {
        JavaScript::On => name,
        JavaScript::Off => format!("{name}-without-scripts"),
    }
}
