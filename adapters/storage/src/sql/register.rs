//! Imports and first passwords. Inserts of many rows are built from the constants that end in
//! `_ROWS`, with numbered placeholders alone.

/// Begins a multi-row insert of organisations.
pub(crate) const ORGANIZATION_ROWS: &str = "INSERT INTO organization \
     (id, region, external_id, locality, name, kind, sort_key, words) ";
/// Begins a multi-row insert of accounts.
pub(crate) const ACCOUNT_ROWS: &str = "INSERT INTO account (id, login, login_key, status, epoch, \
     version, profile, snils, snils_tag, email_tag) ";
/// Begins a multi-row insert of memberships.
pub(crate) const MEMBERSHIP_ROWS: &str =
    "INSERT INTO membership (id, account, organization, role, class, position) ";

statements! {
    /// $1 code, $2 name, $3 offset.
    PUT_REGION =
        "INSERT INTO region (code, name, offset_minutes) VALUES ($1, $2, $3) \
         ON CONFLICT (code) DO UPDATE \
            SET name = excluded.name, offset_minutes = excluded.offset_minutes";
    /// $1 region, $2 kind, $3 name, $4 folded name.
    PUT_LOCALITY =
        "INSERT INTO locality (region, kind, name, folded) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (region, kind, name) DO NOTHING";
    /// $1 region, $2 external id.
    ORGANIZATION =
        "SELECT id, locality, name, kind FROM organization \
         WHERE region = $1 AND external_id = $2";
    /// $1 id, $2 locality, $3 name, $4 kind, $5 sort key, $6 words.
    UPDATE_ORGANIZATION =
        "UPDATE organization SET locality = $2, name = $3, kind = $4, sort_key = $5, words = $6 \
         WHERE id = $1";
    /// $1 account.
    DELETE_MEMBERSHIPS = "DELETE FROM membership WHERE account = $1";
    /// $1 folded login.
    ACCOUNT_ID = "SELECT id FROM account WHERE login_key = $1";
    /// $1 guardian, $2 pupil.
    INSERT_GUARDIANSHIP =
        "INSERT INTO guardianship (guardian, pupil) VALUES ($1, $2) \
         ON CONFLICT (guardian, pupil) DO NOTHING";
    /// $1 and $2: both accounts.
    BUMP_ACCOUNTS = "UPDATE account SET version = version + 1 WHERE id IN ($1, $2)";
    /// $1 account, $2 now.
    ARCHIVE_LINKS =
        "UPDATE link SET ended_at = $2, end_cause = 'account-archived' \
         WHERE account = $1 AND ended_at IS NULL";
    /// $1 account, $2 now.
    WITHDRAW_CONSENTS =
        "UPDATE consent SET status = 'withdrawn', withdrawn_at = $2 \
         WHERE account = $1 AND status = 'granted'";
    /// $1 folded login.
    PRINT_PERSON =
        "SELECT a.id AS a_id, a.login AS a_login, a.profile AS a_profile, \
            a.password_origin AS a_password_origin, m.class AS m_class \
         FROM account a LEFT JOIN membership m ON m.account = a.id \
         WHERE a.login_key = $1 AND a.status = 'active' ORDER BY m.position";
    /// $1 region, $2 organisation, $3 class.
    PRINT_CLASS =
        "SELECT a.id AS a_id, a.login AS a_login, a.profile AS a_profile, \
            a.password_origin AS a_password_origin, m.class AS m_class \
         FROM organization o JOIN membership m ON m.organization = o.id \
         JOIN account a ON a.id = m.account \
         WHERE o.region = $1 AND o.external_id = $2 AND m.class = $3 AND a.status = 'active' \
         ORDER BY a.id, m.position";
    /// $1 region, $2 organisation.
    PRINT_ORGANIZATION =
        "SELECT a.id AS a_id, a.login AS a_login, a.profile AS a_profile, \
            a.password_origin AS a_password_origin, m.class AS m_class \
         FROM organization o JOIN membership m ON m.organization = o.id \
         JOIN account a ON a.id = m.account \
         WHERE o.region = $1 AND o.external_id = $2 AND a.status = 'active' \
         ORDER BY a.id, m.position";
    /// $1 account, $2 hash, $3 origin, $4 set at.
    PUT_PASSWORD =
        "UPDATE account SET password_hash = $2, password_origin = $3, password_set_at = $4, \
            password_exposed_at = NULL, epoch = epoch + 1, version = version + 1 \
         WHERE id = $1";
}
