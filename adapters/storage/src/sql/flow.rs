//! Flows.

statements! {
    /// $1 flow.
    BY_ID = "SELECT id, sealed, version FROM flow WHERE id = $1";
    /// $1 tag of a ticket.
    BY_TICKET =
        "SELECT id, sealed, version FROM flow WHERE ticket_token = $1 OR ticket_uuid = $1";
    /// $1 id, $2 browser, $3 and $4 ticket's tags, $5 account, $6 open, $7 begun at, $8 expires
    /// at, $9 sealed, $10 its remains. Says how many open flows the browser has: PostgreSQL counts
    /// without the new one, SQLite with it.
    INSERT =
        "INSERT INTO flow (id, browser, ticket_token, ticket_uuid, account, is_open, begun_at, \
            expires_at, sealed, remains, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) \
         RETURNING (SELECT count(*) FROM flow f WHERE f.browser = $2 AND f.is_open) AS open_flows";
    /// $1 browser, $2 the flow that stays in any case, $3 how many others stay.
    PRUNE =
        "UPDATE flow SET sealed = remains, is_open = FALSE, account = NULL, version = version + 1 \
         WHERE browser = $1 AND is_open AND id <> $2 AND id NOT IN (\
            SELECT f.id FROM flow f WHERE f.browser = $1 AND f.is_open AND f.id <> $2 \
            ORDER BY f.begun_at DESC, f.id DESC LIMIT $3)";
    /// $1 id, $2 and $3 ticket's tags, $4 account, $5 open, $6 begun at, $7 expires at, $8 sealed,
    /// $9 its remains, $10 version as read.
    UPDATE =
        "UPDATE flow SET ticket_token = $2, ticket_uuid = $3, account = $4, is_open = $5, \
            begun_at = $6, expires_at = $7, sealed = $8, remains = $9, version = version + 1 \
         WHERE id = $1 AND version = $10";
    /// $1 account.
    END_OF_ACCOUNT =
        "UPDATE flow SET sealed = remains, is_open = FALSE, account = NULL, version = version + 1 \
         WHERE account = $1";
    /// $1 account, $2 the flow that stays.
    END_OF_ACCOUNT_BUT =
        "UPDATE flow SET sealed = remains, is_open = FALSE, account = NULL, version = version + 1 \
         WHERE account = $1 AND id <> $2";
    /// $1 now, $2 how many at most.
    EXPIRE =
        "UPDATE flow SET sealed = remains, is_open = FALSE, account = NULL, version = version + 1 \
         WHERE id IN (SELECT f.id FROM flow f WHERE f.is_open AND f.expires_at <= $1 \
            ORDER BY f.expires_at LIMIT $2)";
    /// $1 the end of life up to which nothing is left, $2 how many at most.
    SWEEP =
        "DELETE FROM flow WHERE id IN (\
            SELECT f.id FROM flow f WHERE f.expires_at <= $1 ORDER BY f.expires_at LIMIT $2)";
}
