//! Tickets of letters, requests for new passwords, and what letters are due for.

statements! {
    /// $1 tag of the secret.
    TICKET =
        "SELECT secret, account, address, purpose, made_at, ends_at, used_at \
         FROM ticket WHERE secret = $1";
    /// $1 tag of the secret, $2 account, $3 tag of the address, $4 purpose, $5 whether it sets a
    /// new password, $6 made at, $7 ends at, $8 used at.
    INSERT_TICKET =
        "INSERT INTO ticket (secret, account, address, purpose, restores, made_at, ends_at, \
            used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// $1 tag of the secret, $2 now.
    USE_TICKET = "UPDATE ticket SET used_at = $2 WHERE secret = $1 AND used_at IS NULL";
    /// $1 account.
    END_RESTORES =
        "DELETE FROM ticket WHERE account = $1 AND restores AND used_at IS NULL";
    /// $1 now, $2 how many at most.
    SWEEP_TICKETS =
        "DELETE FROM ticket WHERE secret IN (\
            SELECT t.secret FROM ticket t WHERE t.ends_at <= $1 ORDER BY t.ends_at LIMIT $2)";

    /// $1 id, $2 at, $3 sealed.
    INSERT_RESTORE =
        "INSERT INTO restore_request (id, at, sealed, due_at, tries) VALUES ($1, $2, $3, $2, 0)";
    /// $1 now: whether anything is due.
    ANY_DUE =
        "SELECT 1 FROM outbox WHERE due_at <= $1 \
         UNION ALL SELECT 1 FROM restore_request WHERE due_at <= $1 LIMIT 1";
    /// $1 now, $2 end of the lease, $3 how many at most. The condition stands outside once more:
    /// a server that waited for another one's lease looks at the row as it is then.
    TAKE_EVENTS =
        "UPDATE outbox SET due_at = $2, tries = tries + 1 \
         WHERE due_at <= $1 AND id IN (\
            SELECT o.id FROM outbox o WHERE o.due_at <= $1 AND NOT EXISTS (\
                SELECT 1 FROM outbox e \
                WHERE e.account = o.account AND e.id < o.id AND e.due_at IS NOT NULL) \
            ORDER BY o.due_at, o.id LIMIT $3) \
         RETURNING id, account, at, agent, body, tries";
    /// As `TAKE_EVENTS`.
    TAKE_RESTORES =
        "UPDATE restore_request SET due_at = $2, tries = tries + 1 \
         WHERE due_at <= $1 AND id IN (\
            SELECT q.id FROM restore_request q WHERE q.due_at <= $1 \
            ORDER BY q.due_at, q.id LIMIT $3) \
         RETURNING id, at, sealed, tries";
    /// $1 event, $2 end of the lease, $3 when it is due again, or none.
    SETTLE_EVENT = "UPDATE outbox SET due_at = $3 WHERE id = $1 AND due_at = $2";
    /// As `SETTLE_EVENT`.
    PUT_RESTORE_OFF = "UPDATE restore_request SET due_at = $3 WHERE id = $1 AND due_at = $2";
    /// $1 request, $2 end of the lease.
    END_RESTORE = "DELETE FROM restore_request WHERE id = $1 AND due_at = $2";
}
