//! What operators do with a whole database: keys, backups, restores. Some of these read tables from
//! end to end; no page waits for them.

statements! {
    /// The keys that the database knows.
    KEYS = "SELECT version, fingerprint FROM vault_key ORDER BY version";
    /// $1 version, $2 fingerprint.
    PUT_KEY =
        "INSERT INTO vault_key (version, fingerprint) VALUES ($1, $2) \
         ON CONFLICT (version) DO NOTHING";
    /// $1 version.
    DROP_KEY = "DELETE FROM vault_key WHERE version = $1";
    /// $1 the octet of a key's version: how many records need the key.
    UNDER_KEY =
        "SELECT \
            (SELECT count(*) FROM account WHERE substr(profile, 1, 1) = $1 \
                OR substr(snils, 1, 1) = $1 OR substr(snils_tag, 1, 1) = $1 \
                OR substr(email_tag, 1, 1) = $1) AS accounts, \
            (SELECT count(*) FROM session WHERE substr(secret, 1, 1) = $1 \
                OR substr(browser, 1, 1) = $1) AS sessions, \
            (SELECT count(*) FROM flow WHERE substr(sealed, 1, 1) = $1 \
                OR substr(remains, 1, 1) = $1 OR substr(browser, 1, 1) = $1 \
                OR substr(ticket_token, 1, 1) = $1 OR substr(ticket_uuid, 1, 1) = $1) \
            + (SELECT count(*) FROM restore_request WHERE substr(sealed, 1, 1) = $1) \
            + (SELECT count(*) FROM ticket WHERE substr(secret, 1, 1) = $1) \
            + (SELECT count(*) FROM request WHERE substr(key, 1, 1) = $1 \
                OR substr(reply, 1, 1) = $1) AS flows";
    /// $1 the account after which to go on, $2 the octet of the key in force, $3 how many at most.
    TO_RESEAL =
        "SELECT id AS a_id, profile AS a_profile, snils AS a_snils, version AS a_version \
         FROM account WHERE id > $1 AND (substr(profile, 1, 1) <> $2 \
            OR substr(snils, 1, 1) <> $2 OR substr(snils_tag, 1, 1) <> $2 \
            OR substr(email_tag, 1, 1) <> $2) \
         ORDER BY id LIMIT $3";
    /// $1 account, $2 profile, $3 SNILS, $4 its tag, $5 the address's tag, $6 version as read: it
    /// stays, for nothing changed that anybody decides by.
    RESEAL =
        "UPDATE account SET profile = $2, snils = $3, snils_tag = $4, email_tag = $5 \
         WHERE id = $1 AND version = $6";
    /// $1 the octet of a key's version.
    END_SESSIONS_UNDER_KEY =
        "DELETE FROM session WHERE substr(secret, 1, 1) = $1 OR substr(browser, 1, 1) = $1";
    /// $1 the octet of a key's version.
    END_FLOWS_UNDER_KEY =
        "DELETE FROM flow WHERE substr(sealed, 1, 1) = $1 OR substr(remains, 1, 1) = $1 \
            OR substr(browser, 1, 1) = $1 OR substr(ticket_token, 1, 1) = $1 \
            OR substr(ticket_uuid, 1, 1) = $1";
    /// The mark, and whether this is a backup.
    INSTALLATION = "SELECT mark, is_backup FROM installation WHERE id = 1";
    /// Gives the mark that is now in force.
    RAISE_MARK = "UPDATE installation SET mark = mark + 1 WHERE id = 1 RETURNING mark";
    /// $1 the mark that is passed.
    PASS_MARK =
        "UPDATE installation SET is_backup = FALSE, \
            mark = CASE WHEN mark > $1 THEN mark + 1 ELSE $1 + 1 END \
         WHERE id = 1 RETURNING mark";
    /// Makes a backup known as one.
    CALL_BACKUP = "UPDATE installation SET is_backup = TRUE WHERE id = 1";
    /// $1 from when on.
    LINK_ENDS =
        "SELECT id, ended_at AS at, end_cause FROM link WHERE ended_at >= $1 ORDER BY ended_at";
    /// $1 from when on.
    CONSENT_ENDS =
        "SELECT id, withdrawn_at AS at FROM consent WHERE withdrawn_at >= $1 \
         ORDER BY withdrawn_at";
    /// $1 from when on.
    PASSWORD_ENDS =
        "SELECT id, password_set_at AS at FROM account WHERE password_set_at >= $1 \
         ORDER BY password_set_at";
    /// $1 link, $2 ended at, $3 cause. Gives whose it was, and of which provider.
    END_LINK_AGAIN =
        "UPDATE link SET ended_at = $2, end_cause = $3 WHERE id = $1 AND ended_at IS NULL \
         RETURNING account, provider";
    /// $1 consent, $2 withdrawn at.
    WITHDRAW_AGAIN =
        "UPDATE consent SET status = 'withdrawn', withdrawn_at = $2 \
         WHERE id = $1 AND status = 'granted'";
    /// $1 account, $2 when the password was changed that is lost.
    DROP_PASSWORD =
        "UPDATE account SET password_hash = NULL, password_origin = NULL, password_set_at = NULL, \
            epoch = epoch + 1, version = version + 1 \
         WHERE id = $1 AND password_set_at < $2";
    /// $1 account.
    PROFILE =
        "SELECT id AS a_id, profile AS a_profile, snils AS a_snils FROM account WHERE id = $1";
    /// $1 account, $2 profile, $3 SNILS.
    PUT_PROFILE =
        "UPDATE account SET profile = $2, snils = $3, epoch = epoch + 1, version = version + 1 \
         WHERE id = $1";
    /// Everybody signs in anew.
    END_EVERY_SESSION = "DELETE FROM session";
    /// Nobody goes on with what was begun.
    END_EVERY_FLOW = "DELETE FROM flow";
    /// How many events wait, and since when the oldest.
    OUTBOX = "SELECT count(*) AS depth, min(at) AS oldest FROM outbox";
}
