//! Every record that a port reads, line by line.

use linking_core::{person::PersonName, ports::Purpose};

use super::site::Site;
use crate::people;

impl Site {
    /// Every record that a port reads, line by line.
    pub(super) async fn records(&self) -> Vec<String> {
        let store = &self.store;
        let mut records = Vec::new();
        for person in &self.people {
            let sheet = store
                .account_by_login(&person.login)
                .await
                .unwrap()
                .unwrap();
            let id = sheet.account().id;
            let password = sheet.account().password.as_ref();
            records.push(format!(
                "{:?}",
                password.map(|p| p.hash.expose().to_owned())
            ));
            let profile = &sheet.account().profile;
            let open = (
                profile.name.value.sound().map(PersonName::full),
                profile.birth_date.as_ref().map(|date| date.value.date()),
                profile
                    .snils
                    .as_ref()
                    .map(|snils| snils.value.digits().to_owned()),
            );
            records.push(format!("{open:?}"));
            records.push(self.told(&sheet));
            let mut family = store.family(id).await.unwrap();
            family.guardians.sort_by_key(|relative| relative.account);
            records.push(self.told(&family));
            let links = store.links_of(id).await.unwrap();
            records.extend(
                links
                    .iter()
                    .map(|link| link.identity.subject.as_str().to_owned()),
            );
            records.push(self.told(&links));
            records.push(self.told(&store.consents_of(id).await));
            records.push(self.told(&store.sessions_of(id).await));
            records.push(self.told(&store.history(id, None, 500).await));
            let identity = store
                .identity(&people::identity_key(person.login.as_str()))
                .await;
            records.push(self.told(&identity));
        }
        for id in &self.flows {
            records.push(self.told(&store.flow(*id).await));
        }
        for secret in &self.old {
            let tag = self.linking.vault().tag(Purpose::Session, secret.expose());
            records.push(self.told(&store.session(&tag).await));
        }
        records
    }
}
