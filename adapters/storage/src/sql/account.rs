//! Accounts, memberships, guardianships, consents.

statements! {
    /// $1 account.
    BY_ID = concat!(
        "SELECT ", sheet_columns!(), " FROM account a", sheet_joins!(),
        "WHERE a.id = $1 ORDER BY m.position"
    );
    /// $1 folded login.
    BY_LOGIN = concat!(
        "SELECT ", sheet_columns!(), " FROM account a", sheet_joins!(),
        "WHERE a.login_key = $1 ORDER BY m.position"
    );
    /// $1 tag of the SNILS, $2 region.
    BY_SNILS = concat!(
        "SELECT ", sheet_columns!(), " FROM account a", sheet_joins!(),
        "WHERE a.snils_tag = $1 AND a.status = 'active' AND EXISTS (\
            SELECT 1 FROM membership x JOIN organization y ON y.id = x.organization \
            WHERE x.account = a.id AND y.region = $2) \
         ORDER BY a.id, m.position"
    );
    /// $1 tag of the address.
    BY_EMAIL = concat!(
        "SELECT ", sheet_columns!(), " FROM account a", sheet_joins!(),
        "WHERE a.email_tag = $1 AND a.status = 'active' ORDER BY a.id, m.position"
    );
    /// $1 account.
    FAMILY =
        "SELECT 'guardian' AS side, a.id AS a_id, a.profile AS a_profile, a.snils AS a_snils \
         FROM guardianship g JOIN account a ON a.id = g.guardian WHERE g.pupil = $1 \
         UNION ALL \
         SELECT 'child' AS side, a.id AS a_id, a.profile AS a_profile, a.snils AS a_snils \
         FROM guardianship g JOIN account a ON a.id = g.pupil WHERE g.guardian = $1";
    /// $1 account, $2 version.
    GUARD = "SELECT 1 FROM account WHERE id = $1 AND version = $2";
    /// $1 account, $2 version: the record that is about to be written over.
    BEFORE_PUT = concat!(
        "SELECT ", account_columns!(), " FROM account a WHERE a.id = $1 AND a.version = $2"
    );
    /// $1 id, $2 login, $3 folded login, $4–$6 password, $7 status, $8 epoch, $9 profile,
    /// $10 SNILS, $11 its tag, $12 tag of the address, $13 since when the password is known.
    INSERT =
        "INSERT INTO account (id, login, login_key, password_hash, password_origin, \
            password_set_at, status, epoch, profile, snils, snils_tag, email_tag, \
            password_exposed_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)";
    /// As `INSERT`, $14 version as read.
    UPDATE =
        "UPDATE account SET login = $2, login_key = $3, password_hash = $4, \
            password_origin = $5, password_set_at = $6, status = $7, epoch = $8, profile = $9, \
            snils = $10, snils_tag = $11, email_tag = $12, password_exposed_at = $13, \
            version = version + 1 \
         WHERE id = $1 AND version = $14";
    /// $1 id, $2 account, $3 provider, $4 text's version, $5 its digest, $6 scopes, $7 given at,
    /// $8 status, $9 withdrawn at.
    INSERT_CONSENT =
        "INSERT INTO consent (id, account, provider, text_version, text_digest, scopes, given_at, \
            status, withdrawn_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// $1 account.
    CONSENTS =
        "SELECT id, account, provider, text_version, text_digest, scopes, given_at, status, \
            withdrawn_at \
         FROM consent WHERE account = $1 ORDER BY given_at, id";
    /// $1 account, $2 provider, $3 now.
    WITHDRAW_CONSENT =
        "UPDATE consent SET status = 'withdrawn', withdrawn_at = $3 \
         WHERE account = $1 AND provider = $2 AND status = 'granted'";
}
