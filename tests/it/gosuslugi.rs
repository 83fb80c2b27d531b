//! The simulator's screens, as a person walks them.

use anyhow::{Context, Result};
use linking_simulator::personas::{ContactKind, PASSWORD, Persona};
use url::Url;

use crate::{
    browser::Browser,
    client::{Client, Page},
    stand::Stand,
};

/// What a person decides at the provider's consent screen, if it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Grant,
    Refuse,
}

impl Decision {
    const fn button(self) -> &'static str {
        match self {
            Self::Grant => "Предоставить",
            Self::Refuse => "Отказать",
        }
    }
}

impl Stand {
    /// A person of the simulator.
    pub(crate) fn persona(&self, id: &str) -> Result<Persona> {
        let found = self.control().person(id);
        found.with_context(|| format!("nobody is called {id} at the simulator"))
    }

    fn sms_code(&self, id: &str) -> Result<String> {
        let code = self.control().last_sms_code(id);
        code.with_context(|| format!("no code was sent to {id}"))
    }

    /// Signs in on the simulator's pages, from whichever of them a browser stands on, and goes
    /// where it is sent.
    pub(crate) async fn sign_in_at_gosuslugi(
        &self,
        client: &Client,
        page: Page,
        id: &str,
    ) -> Result<Page> {
        self.walk(client, page, id, Decision::Grant, |_| false)
            .await
    }

    /// The same up to the address at which the school takes the answer; does not open it.
    pub(crate) async fn callback_of(&self, client: &Client, page: Page, id: &str) -> Result<Url> {
        let school = self.school();
        let answer = self
            .walk(client, page, id, Decision::Grant, |to| {
                to.as_str().starts_with(&school)
            })
            .await?;
        answer.location()?.context("the simulator sent nobody back")
    }

    /// The same with the person's own decision.
    pub(crate) async fn walk(
        &self,
        client: &Client,
        page: Page,
        id: &str,
        decision: Decision,
        stop: impl Fn(&Url) -> bool,
    ) -> Result<Page> {
        let persona = self.persona(id)?;
        let simulator = self.simulator();
        let mut page = page;
        while page.url.as_str().starts_with(&simulator) && page.location()?.is_none() {
            let fields;
            let (label, typed): (&str, &[(&str, &str)]) = match page.url.path() {
                "/login" => (
                    "Войти",
                    &[("login", persona.login()), ("password", PASSWORD)],
                ),
                "/login/code" => {
                    fields = self.sms_code(id)?;
                    ("Продолжить", &[("code", fields.as_str())])
                }
                "/login/consent" => (decision.button(), &[]),
                other => anyhow::bail!("the simulator shows {other}: {}", page.text()),
            };
            page = client.press_until(&page, label, typed, &stop).await?;
        }
        Ok(page)
    }

    /// Signs in on the simulator's pages by typing.
    pub(crate) async fn type_at_gosuslugi(
        &self,
        browser: &Browser,
        id: &str,
        decision: Decision,
    ) -> Result<()> {
        let persona = self.persona(id)?;
        browser.expect_heading("Вход").await?;
        browser
            .fill("Телефон, почта или СНИЛС", persona.login())
            .await?;
        browser.fill("Пароль", PASSWORD).await?;
        browser.press("Войти").await?;
        if persona.contact(ContactKind::Mobile).is_some() {
            browser.expect_heading("Код из СМС").await?;
            browser
                .fill("Шесть цифр из сообщения", &self.sms_code(id)?)
                .await?;
            browser.press("Продолжить").await?;
        }
        if browser.shows("Предоставить сведения?").await? {
            browser.press(decision.button()).await?;
        }
        Ok(())
    }
}
