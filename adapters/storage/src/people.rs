//! An account as its columns.

use linking_core::{
    account::Account,
    ports::{StoreError, Vault},
};
use uuid::Uuid;

use crate::{
    codes::Code,
    record::{micros, stored},
    sealing::{SealedProfile, email_tag, seal_profile, snils_tag},
    statement::Query,
};

/// The columns of an account but its version.
pub(crate) struct AccountRow {
    pub(crate) id: Uuid,
    pub(crate) login: String,
    pub(crate) login_key: String,
    password: Option<(String, &'static str, i64, Option<i64>)>,
    pub(crate) status: &'static str,
    pub(crate) epoch: i64,
    pub(crate) profile: Vec<u8>,
    pub(crate) snils: Option<Vec<u8>>,
    pub(crate) snils_tag: Option<Vec<u8>>,
    pub(crate) email_tag: Option<Vec<u8>>,
}

impl AccountRow {
    pub(crate) fn of(account: &Account, vault: &dyn Vault) -> Result<Self, StoreError> {
        let SealedProfile { profile, snils } = seal_profile(vault, account.id, &account.profile)?;
        let password = account.password.as_ref().map(|password| {
            (
                password.hash.expose().to_owned(),
                password.origin.code(),
                micros(password.set_at),
                password.exposed_at.map(micros),
            )
        });
        let snils_tag = account
            .profile
            .snils
            .as_ref()
            .map(|snils| snils_tag(vault, &snils.value).to_octets());
        let address = account.profile.letter_address();
        let email_tag = address.map(|address| email_tag(vault, address).to_octets());
        Ok(Self {
            id: account.id.uuid(),
            login: account.login.as_str().to_owned(),
            login_key: account.login.key().as_str().to_owned(),
            password,
            status: account.status.code(),
            epoch: stored(account.epoch.number()),
            profile,
            snils,
            snils_tag,
            email_tag,
        })
    }

    /// Binds the columns in the order of `sql::account::INSERT`.
    pub(crate) fn bind(self, query: Query) -> Query {
        let (hash, origin, set_at, exposed_at) = match self.password {
            Some((hash, origin, set_at, exposed_at)) => {
                (Some(hash), Some(origin), Some(set_at), exposed_at)
            }
            None => (None, None, None, None),
        };
        query
            .bind(self.id)
            .bind(self.login)
            .bind(self.login_key)
            .bind(hash)
            .bind(origin)
            .bind(set_at)
            .bind(self.status)
            .bind(self.epoch)
            .bind(self.profile)
            .bind(self.snils)
            .bind(self.snils_tag)
            .bind(self.email_tag)
            .bind(exposed_at)
    }
}
