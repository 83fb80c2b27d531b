//! «Мои данные»: what is kept of a provider's data, and on which consent that rests.

use crate::{
    account::ContactKind,
    consent::{Consent, ConsentStatus},
    session::Actor,
    usecase::{Fault, Linking},
};

/// What is kept of a provider's data. The number of the person's account there is kept with each
/// standing consent: it is the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataView {
    /// The consent that stands, with the text as it was when it was given (`threats.md` H3).
    pub consent: Consent,
    /// The contacts that the person left in the diary.
    pub contacts: Vec<ContactKind>,
}

impl Linking {
    /// What is kept of each provider's data; empty where nothing is.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn data(&self, actor: &Actor) -> Result<Vec<DataView>, Fault> {
        let profile = &actor.sheet.account().profile;
        let consents = self.ports.store.consents_of(actor.account()).await?;
        Ok(consents
            .into_iter()
            .filter(|consent| consent.status == ConsentStatus::Granted)
            .map(|consent| DataView {
                contacts: profile
                    .contacts_from(&consent.provider)
                    .map(|contact| contact.value.kind())
                    .collect(),
                consent,
            })
            .collect())
    }
}
