//! Identities and links.

statements! {
    /// $1 issuer, $2 subject: anchor, active links, their accounts with memberships.
    IDENTITY = concat!(
        "SELECT i.version AS i_version, ", link_columns!(), ", ", sheet_columns!(),
        " FROM identity_anchor i \
          LEFT JOIN link l ON l.issuer = i.issuer AND l.subject = i.subject \
            AND l.ended_at IS NULL \
          LEFT JOIN account a ON a.id = l.account", sheet_joins!(),
        "WHERE i.issuer = $1 AND i.subject = $2 ORDER BY l.linked_at, l.id, m.position"
    );
    /// $1 account.
    OF_ACCOUNT = concat!(
        "SELECT ", link_columns!(), " FROM link l \
         WHERE l.account = $1 AND l.ended_at IS NULL ORDER BY l.linked_at, l.id"
    );
    /// $1 issuer, $2 subject.
    ANCHOR = "SELECT version FROM identity_anchor WHERE issuer = $1 AND subject = $2";
    /// $1 issuer, $2 subject: the identity's first link.
    BEGIN_ANCHOR =
        "INSERT INTO identity_anchor (issuer, subject, version) VALUES ($1, $2, 1) \
         ON CONFLICT (issuer, subject) DO NOTHING";
    /// $1 issuer, $2 subject, $3 version as read.
    MOVE_ANCHOR =
        "UPDATE identity_anchor SET version = version + 1 \
         WHERE issuer = $1 AND subject = $2 AND version = $3";
    /// $1 issuer, $2 subject: after a link of it ended.
    BUMP_ANCHOR =
        "UPDATE identity_anchor SET version = version + 1 WHERE issuer = $1 AND subject = $2";
    /// $1 account: its identity data changed (invariant 2).
    BUMP_ANCHORS_OF_ACCOUNT =
        "UPDATE identity_anchor SET version = version + 1 WHERE (issuer, subject) IN (\
            SELECT l.issuer, l.subject FROM link l WHERE l.account = $1 AND l.ended_at IS NULL)";
    /// $1 id, $2 account, $3 provider, $4 issuer, $5 subject, $6 exclusive key, $7 level,
    /// $8 origin, $9 linked at, $10 used at.
    INSERT =
        "INSERT INTO link (id, account, provider, issuer, subject, exclusive_key, assurance, \
            origin, linked_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// $1 link, $2 issuer, $3 subject, $4 now, $5 cause.
    END =
        "UPDATE link SET ended_at = $4, end_cause = $5 \
         WHERE id = $1 AND issuer = $2 AND subject = $3 AND ended_at IS NULL";
    /// $1 link, $2 level, $3 now.
    USE =
        "UPDATE link SET assurance = $2, used_at = $3 WHERE id = $1 AND ended_at IS NULL";
}
