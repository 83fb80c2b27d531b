//! The audit trail, own histories, the outbox, the schema's own record.

statements! {
    /// $1 id, $2 at, $3 by, $4 act, $5 flow, $6 agent.
    INSERT_AUDIT =
        "INSERT INTO audit (id, at, acted_by, act, flow, agent) VALUES ($1, $2, $3, $4, $5, $6)";
    /// $1 account, $2 audit record, $3 number among its concerns, $4 notice.
    INSERT_CONCERN =
        "INSERT INTO audit_concern (account, audit, number, notice) VALUES ($1, $2, $3, $4)";
    /// $1 account, $2 older than this record, $3 how many at most.
    HISTORY =
        "SELECT u.id, u.at, u.agent, c.notice FROM audit_concern c \
         JOIN audit u ON u.id = c.audit \
         WHERE c.account = $1 AND c.audit < $2 \
         ORDER BY c.audit DESC, c.number DESC LIMIT $3";
    /// $1 id, $2 account, $3 at, $4 body, $5 agent. A letter is due at once.
    INSERT_EVENT =
        "INSERT INTO outbox (id, account, at, body, agent, due_at, tries) \
         VALUES ($1, $2, $3, $4, $5, $3, 0)";
    /// The newest migration that was applied.
    SCHEMA_VERSION =
        "SELECT version FROM _sqlx_migrations ORDER BY version DESC LIMIT 1";
}
