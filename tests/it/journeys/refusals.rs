//! Each refusal that this preset can give, on its own page, with its way out followed
//! (`journeys.md`, section 1).

mod at_provider;
mod in_settings;
mod of_flows;
mod of_identity;

use anyhow::Result;

use crate::journeys::Walk;

const NOT_LINKED: &str = "Дневник пока не связан с Госуслугами";

impl Walk {
    /// From the sign-in page, as somebody whom the provider knows and we do not.
    async fn come(&self, persona: &str) -> Result<()> {
        self.leave_gosuslugi().await?;
        self.begin_at_provider().await?;
        self.at_gosuslugi(persona).await
    }

    /// On to the page of the local password.
    async fn agree(&self) -> Result<()> {
        self.browser.expect_heading(NOT_LINKED).await?;
        self.browser.press("Продолжить").await?;
        self.browser
            .expect_text("Введите логин и пароль, которые дала школа")
            .await
    }

    /// An identity, and the login of an account.
    pub(super) async fn bring_together(&self, persona: &str, login: &str) -> Result<()> {
        self.come(persona).await?;
        self.agree().await?;
        self.prove(login).await
    }

    /// Leaves a flow from «не связан».
    async fn do_not_link(&self) -> Result<()> {
        self.browser.expect_heading(NOT_LINKED).await?;
        self.browser
            .press("Не связывать, вернуться ко входу")
            .await?;
        self.browser.expect_heading("Вход в дневник").await
    }

    async fn sign_out_if_in(&self) -> Result<()> {
        self.open("/").await?;
        if self.browser.offers("Выход").await? {
            self.sign_out().await?;
        }
        Ok(())
    }

    /// A first visit that ends signed out, so that the browser knows the school.
    pub(super) async fn learn_school(&self) -> Result<()> {
        self.sign_in("belova").await?;
        self.sign_out().await
    }
}
