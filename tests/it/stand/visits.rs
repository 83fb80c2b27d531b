//! The steps of the journeys without a browser: what attacks and kills begin with.

use anyhow::{Context, Result};
use serde_json::Value;
use url::Url;

use crate::{
    client::{Client, Page},
    stand::Stand,
};

/// The label of the documents.
/// The label of the document, letter for letter.
pub(crate) const BY_GOSUSLUGI: &str = "Вход с учетной записью портала гос. услуг";
const LINK_GOSUSLUGI: &str = "Привязать учетную запись портала Госуслуг";

impl Stand {
    /// An address of the school.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.school())
    }

    /// An organisation's identifier, as the pickers give it.
    pub(crate) async fn organization(&self, words: &str, kind: &str) -> Result<String> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("region", "sakhalin"), ("kind", kind), ("words", words)])
            .finish();
        let page = Client::new()
            .get(&self.at(&format!("/places/organizations?{query}")))
            .await?;
        let found: Value = serde_json::from_str(&page.body)?;
        let id = found.pointer("/hits/0/value").and_then(Value::as_str);
        Ok(id
            .with_context(|| format!("no organisation {words}"))?
            .to_owned())
    }

    /// The demo's own school.
    pub(crate) async fn own_school(&self) -> Result<String> {
        self.organization("Луговое 30", "school").await
    }

    /// The sign-in page, with the form of login and password.
    pub(crate) async fn sign_in_page(&self, client: &Client) -> Result<Page> {
        let school = self.own_school().await?;
        let address = format!("/sign-in?region=sakhalin&organization={school}");
        client.open(&self.at(&address)).await?.expect("sign-in")
    }

    /// Sends the sign-in form; gives the page after it.
    pub(crate) async fn sign_in_by_form(
        &self,
        client: &Client,
        login: &str,
        password: &str,
    ) -> Result<Page> {
        let page = self.sign_in_page(client).await?;
        let typed = [("login", login), ("password", password)];
        client.press(&page, "Войти", &typed).await
    }

    /// Signs in with the right password.
    pub(crate) async fn sign_in(&self, client: &Client, login: &str) -> Result<Page> {
        let password = self.password_of(login)?;
        self.sign_in_by_form(client, login, password)
            .await?
            .expect("home")
    }

    /// Presses the provider's button; gives the simulator's first page.
    pub(crate) async fn begin_at_provider(&self, client: &Client) -> Result<Page> {
        let page = self.sign_in_page(client).await?;
        client.press(&page, BY_GOSUSLUGI, &[]).await
    }

    /// From the provider's button to the address at which the school takes the answer, which is
    /// not opened; also where the provider asks nothing because its session stands.
    pub(crate) async fn callback(&self, client: &Client, persona: &str) -> Result<Url> {
        let page = self.sign_in_page(client).await?;
        let callback = self.at("/auth/");
        let answer = client
            .press_until(&page, BY_GOSUSLUGI, &[], |to| {
                to.as_str().starts_with(&callback)
            })
            .await?;
        match answer.location()? {
            Some(to) => Ok(to),
            None => self.callback_of(client, answer, persona).await,
        }
    }

    /// From the provider's button through its screens to a page of ours.
    pub(crate) async fn come_from_provider(&self, client: &Client, persona: &str) -> Result<Page> {
        let page = self.begin_at_provider(client).await?;
        self.sign_in_at_gosuslugi(client, page, persona).await
    }

    /// «Продолжить»: on to the page of the local password.
    pub(crate) async fn agree(&self, client: &Client, not_linked: &Page) -> Result<Page> {
        client
            .press(not_linked, "Продолжить", &[])
            .await?
            .expect("prove")
    }

    /// Sends the form of the local password inside a flow.
    pub(crate) async fn prove_with(
        &self,
        client: &Client,
        prove: &Page,
        login: &str,
        password: &str,
    ) -> Result<Page> {
        let school = self.own_school().await?;
        let typed = [
            ("organization", school.as_str()),
            ("login", login),
            ("password", password),
        ];
        client.press(prove, "Войти", &typed).await
    }

    /// SGO-1 up to the local password and with the right one; gives the page after it.
    pub(crate) async fn link_by_provider(
        &self,
        client: &Client,
        login: &str,
        persona: &str,
    ) -> Result<Page> {
        let page = self.come_from_provider(client, persona).await?;
        let page = self.agree(client, &page.expect("not-linked")?).await?;
        self.prove_with(client, &page, login, self.password_of(login)?)
            .await
    }

    /// «Привязать…» in the settings; gives the simulator's first page, or the page that came in
    /// its place.
    pub(crate) async fn begin_link(&self, client: &Client) -> Result<Page> {
        let page = client
            .open(&self.at("/settings"))
            .await?
            .expect("settings")?;
        client.press(&page, LINK_GOSUSLUGI, &[]).await
    }

    /// SGO-2 up to «Это вы?», of whoever is signed in.
    pub(crate) async fn come_to_confirm(&self, client: &Client, persona: &str) -> Result<Page> {
        let page = self.begin_link(client).await?;
        self.sign_in_at_gosuslugi(client, page, persona).await
    }

    /// A linked person without kept contacts, in whatever browser.
    pub(crate) async fn linked(&self, login: &str, persona: &str) -> Result<Client> {
        let client = Client::new();
        let page = self.link_by_provider(&client, login, persona).await?;
        if page.name() == "contacts" {
            client
                .press(&page, "Ничего не сохранять", &[])
                .await?
                .expect("linked")?;
        }
        Ok(client)
    }
}
