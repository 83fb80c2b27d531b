//! Requests that their senders may repeat.

statements! {
    /// $1 key.
    KNOWN = "SELECT digest, begun_at, holder, reply FROM request WHERE key = $1";
    /// $1 key, $2 digest, $3 begun at, $4 holder, $5 ends at. No row where the key is known.
    BEGIN =
        "INSERT INTO request (key, digest, begun_at, holder, ends_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING";
    /// $1 key, $2 holder as read, $3 digest, $4 begun at, $5 ends at.
    TAKE_OVER =
        "UPDATE request SET digest = $3, begun_at = $4, ends_at = $5, reply = NULL, \
            holder = holder + 1 \
         WHERE key = $1 AND holder = $2";
    /// $1 key, $2 holder, $3 reply, $4 ends at.
    KEEP =
        "UPDATE request SET reply = $3, ends_at = $4 WHERE key = $1 AND holder = $2";
    /// $1 key, $2 holder.
    FORGET = "DELETE FROM request WHERE key = $1 AND holder = $2";
    /// $1 now, $2 how many at most.
    SWEEP =
        "DELETE FROM request WHERE key IN (\
            SELECT q.key FROM request q WHERE q.ends_at <= $1 ORDER BY q.ends_at LIMIT $2)";
}
