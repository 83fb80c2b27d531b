//! Sessions and counters of wrong passwords.

statements! {
    /// $1 tag of the secret.
    BY_SECRET = concat!(
        "SELECT ", session_columns!(), ", ", sheet_columns!(),
        " FROM session s JOIN account a ON a.id = s.account", sheet_joins!(),
        "WHERE s.secret = $1 ORDER BY m.position"
    );
    /// $1 account.
    OF_ACCOUNT = concat!(
        "SELECT ", session_columns!(),
        " FROM session s WHERE s.account = $1 ORDER BY s.seen_at DESC, s.id DESC"
    );
    /// $1 session, $2 seen at, $3 ends at.
    TOUCH =
        "UPDATE session SET seen_at = $2, ends_at = $3 WHERE id = $1 AND seen_at < $2";
    /// $1 session, $2 version.
    GUARD = "SELECT 1 FROM session WHERE id = $1 AND version = $2";
    /// $1 id, $2 secret, $3 browser, $4 account, $5 epoch, $6 way, $7 started at, $8 seen at,
    /// $9 proved at, $10 agent, $11 ends at, $12 computer.
    INSERT =
        "INSERT INTO session (id, secret, browser, account, epoch, way, started_at, seen_at, \
            proved_at, agent, ends_at, computer, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)";
    /// As `INSERT`, $13 version as read.
    UPDATE =
        "UPDATE session SET secret = $2, browser = $3, account = $4, epoch = $5, way = $6, \
            started_at = $7, seen_at = $8, proved_at = $9, agent = $10, ends_at = $11, \
            computer = $12, version = version + 1 \
         WHERE id = $1 AND version = $13";
    /// $1 account.
    END_ALL = "DELETE FROM session WHERE account = $1";
    /// $1 account, $2 the session that stays.
    END_ALL_BUT = "DELETE FROM session WHERE account = $1 AND id <> $2";
    /// $1 account, $2 session.
    END_ONE = "DELETE FROM session WHERE account = $1 AND id = $2";
    /// $1 now, $2 how many at most.
    SWEEP =
        "DELETE FROM session WHERE id IN (\
            SELECT s.id FROM session s WHERE s.ends_at <= $1 ORDER BY s.ends_at LIMIT $2)";

    /// $1 counter, $2 now, $3 its span: what was counted so far, zero for a new one. From here on
    /// the row is this transaction's, so that of many tries each counts (`threats.md` F6).
    ATTEMPTS =
        "INSERT INTO attempt (counter, stood, window_from, span, begun, begun_before, ends_at) \
         VALUES ($1, 0, $2, $3, 0, 0, $2) \
         ON CONFLICT (counter) DO UPDATE SET stood = attempt.stood \
         RETURNING stood, stood_at, window_from, span, begun, begun_before";
    /// $1 counter, $2 stood, $3 stood at, $4 window from, $5 span, $6 begun, $7 begun before,
    /// $8 ends at.
    PUT_ATTEMPTS =
        "UPDATE attempt SET stood = $2, stood_at = $3, window_from = $4, span = $5, begun = $6, \
            begun_before = $7, ends_at = $8 \
         WHERE counter = $1";
    /// $1 counter.
    CLEAR_ATTEMPTS = "DELETE FROM attempt WHERE counter = $1";
    /// $1 counter, $2 the span in which the try was begun, $3 when: `AttemptCount::stands`.
    STAND_ATTEMPT =
        concat!(
            "UPDATE attempt SET stood = stood + 1, \
                stood_at = CASE WHEN stood_at > $3 THEN stood_at ELSE $3 END, ",
            one_begun_less!()
        );
    /// $1 counter, $2 the span in which the try was begun: `AttemptCount::returned`.
    RETURN_ATTEMPT = concat!("UPDATE attempt SET ", one_begun_less!());
    /// $1 folded login, $2 browser, $3 now.
    KNOWS =
        "SELECT 1 FROM account a \
         JOIN known_browser k ON k.account = a.id AND k.epoch = a.epoch \
         WHERE a.login_key = $1 AND k.browser = $2 AND k.ends_at > $3";
    /// $1 account, $2 browser, $3 epoch, $4 ends at.
    KNOW =
        "INSERT INTO known_browser (account, browser, epoch, ends_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account, browser) DO UPDATE SET epoch = excluded.epoch, \
            ends_at = excluded.ends_at";
    /// $1 now, $2 how many at most.
    SWEEP_KNOWN =
        "DELETE FROM known_browser WHERE (account, browser) IN (\
            SELECT k.account, k.browser FROM known_browser k WHERE k.ends_at <= $1 \
            ORDER BY k.ends_at LIMIT $2)";
    /// $1 now, $2 how many at most.
    SWEEP_ATTEMPTS =
        "DELETE FROM attempt WHERE counter IN (\
            SELECT t.counter FROM attempt t WHERE t.ends_at <= $1 ORDER BY t.ends_at LIMIT $2)";
}
