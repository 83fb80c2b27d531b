-- Identifiers are 16 octets, tags 33, times microseconds since 1970 in UTC. Text is compared octet
-- by octet (BINARY, the default here; COLLATE "C" in PostgreSQL): threats.md C2.
-- A migration that was released is never edited.

-- The installation itself. -------------------------------------------------------------------

-- The keys with which something here was sealed, by their fingerprints (threats.md I5).
CREATE TABLE vault_key (
    version         BIGINT  NOT NULL PRIMARY KEY,
    fingerprint     TEXT    NOT NULL
);

CREATE TABLE installation (
    id              BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Rises while servers run, and stands in the list of ends too: a database whose mark is below
    -- the list's is an older one that was put back (threats.md I9).
    mark            BIGINT  NOT NULL,
    -- A backup is not served until a restore is finished.
    is_backup       BOOLEAN NOT NULL
);
INSERT INTO installation (id, mark, is_backup) VALUES (1, 0, FALSE);

-- Regions and organisations. ---------------------------------------------------------------

CREATE TABLE region (
    code            TEXT    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL,
    offset_minutes  BIGINT  NOT NULL
);

CREATE TABLE organization (
    id              BLOB    NOT NULL PRIMARY KEY,
    region          TEXT    NOT NULL REFERENCES region (code),
    external_id     TEXT    NOT NULL,
    locality        TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('school', 'authority')),
    -- Search forms of the name: in reading order with padded numbers, and as a sorted set. Both
    -- stand in the indexes, so that a search looks into the hits alone.
    sort_key        TEXT    NOT NULL,
    words           TEXT    NOT NULL
);
CREATE UNIQUE INDEX organization_register_key ON organization (region, external_id);
CREATE INDEX organization_by_name ON organization (region, kind, sort_key, id, words);
CREATE INDEX organization_by_locality
    ON organization (region, kind, locality, sort_key, id, words);

CREATE TABLE locality (
    region          TEXT    NOT NULL REFERENCES region (code),
    kind            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    folded          TEXT    NOT NULL,
    PRIMARY KEY (region, kind, name)
) WITHOUT ROWID;
CREATE INDEX locality_by_name ON locality (region, kind, folded, name);

-- People. Names, birth dates, gender and contacts are sealed in one blob, the SNILS in another;
-- a SNILS is found by its keyed tag. ---------------------------------------------------------

CREATE TABLE account (
    id              BLOB    NOT NULL PRIMARY KEY,
    login           TEXT    NOT NULL,
    login_key       TEXT    NOT NULL,
    password_hash   TEXT,
    password_origin TEXT,
    password_set_at BIGINT,
    -- Since when somebody else is held to know it.
    password_exposed_at BIGINT,
    status          TEXT    NOT NULL CHECK (status IN ('active', 'blocked', 'archived')),
    epoch           BIGINT  NOT NULL,
    version         BIGINT  NOT NULL,
    profile         BLOB    NOT NULL,
    snils           BLOB,
    snils_tag       BLOB,
    -- Of the address to which letters go.
    email_tag       BLOB,
    CHECK ((password_hash IS NULL) = (password_origin IS NULL)),
    CHECK ((password_hash IS NULL) = (password_set_at IS NULL)),
    CHECK ((snils IS NULL) = (snils_tag IS NULL))
);
CREATE UNIQUE INDEX account_login ON account (login_key);
CREATE INDEX account_by_password_time ON account (password_set_at)
    WHERE password_set_at IS NOT NULL;
CREATE INDEX account_by_snils ON account (snils_tag) WHERE snils_tag IS NOT NULL;
CREATE INDEX account_by_email ON account (email_tag) WHERE email_tag IS NOT NULL;

CREATE TABLE membership (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    organization    BLOB    NOT NULL REFERENCES organization (id),
    role            TEXT    NOT NULL,
    class           TEXT,
    position        BIGINT  NOT NULL
);
CREATE INDEX membership_of_account ON membership (account, position);
CREATE INDEX membership_of_organization ON membership (organization, class);

CREATE TABLE guardianship (
    guardian        BLOB    NOT NULL REFERENCES account (id),
    pupil           BLOB    NOT NULL REFERENCES account (id),
    PRIMARY KEY (guardian, pupil),
    CHECK (guardian <> pupil)
) WITHOUT ROWID;
CREATE INDEX guardianship_of_pupil ON guardianship (pupil, guardian);

-- Identities and links. ----------------------------------------------------------------------

CREATE TABLE identity_anchor (
    issuer          TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    version         BIGINT  NOT NULL,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;

CREATE TABLE link (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    provider        TEXT    NOT NULL,
    issuer          TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    -- Issuer, blank, subject (an issuer has no blank), where the identity may have no other link.
    exclusive_key   TEXT,
    assurance       TEXT    NOT NULL,
    origin          TEXT    NOT NULL,
    linked_at       BIGINT  NOT NULL,
    used_at         BIGINT,
    ended_at        BIGINT,
    end_cause       TEXT,
    CHECK ((ended_at IS NULL) = (end_cause IS NULL))
);
-- Invariant 1: one active link of a provider for each account.
CREATE UNIQUE INDEX link_of_account_and_provider ON link (account, provider)
    WHERE ended_at IS NULL;
-- Invariant 2: under one-account-per-identity, one active link of an identity.
CREATE UNIQUE INDEX link_of_identity_alone ON link (exclusive_key)
    WHERE ended_at IS NULL AND exclusive_key IS NOT NULL;
CREATE INDEX link_end ON link (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX link_of_identity ON link (issuer, subject) WHERE ended_at IS NULL;

CREATE TABLE consent (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    provider        TEXT    NOT NULL,
    text_version    TEXT    NOT NULL,
    text_digest     TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    given_at        BIGINT  NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('granted', 'refused', 'withdrawn')),
    withdrawn_at    BIGINT,
    CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL))
);
CREATE INDEX consent_of_account ON consent (account, provider);
CREATE INDEX consent_end ON consent (withdrawn_at) WHERE withdrawn_at IS NOT NULL;

-- Flows and sessions. Secrets are here as keyed tags alone (threats.md F7). -------------------

CREATE TABLE flow (
    id              BLOB    NOT NULL PRIMARY KEY,
    browser         BLOB    NOT NULL,
    ticket_token    BLOB    NOT NULL,
    ticket_uuid     BLOB    NOT NULL,
    -- The account to which an open flow is bound, for the writes that end such flows.
    account         BLOB,
    is_open         BOOLEAN NOT NULL,
    begun_at        BIGINT  NOT NULL,
    expires_at      BIGINT  NOT NULL,
    sealed          BLOB    NOT NULL,
    -- What takes the place of the former when the flow is ended from outside: no claims, and
    -- enough to say so.
    remains         BLOB    NOT NULL,
    version         BIGINT  NOT NULL
);
CREATE UNIQUE INDEX flow_ticket_token ON flow (ticket_token);
CREATE UNIQUE INDEX flow_ticket_uuid ON flow (ticket_uuid);
CREATE INDEX flow_of_browser ON flow (browser, begun_at) WHERE is_open;
CREATE INDEX flow_of_account ON flow (account) WHERE account IS NOT NULL;
CREATE INDEX flow_end ON flow (expires_at);
CREATE INDEX flow_end_of_open ON flow (expires_at) WHERE is_open;

CREATE TABLE session (
    id              BLOB    NOT NULL PRIMARY KEY,
    secret          BLOB    NOT NULL,
    browser         BLOB    NOT NULL,
    account         BLOB    NOT NULL REFERENCES account (id),
    epoch           BIGINT  NOT NULL,
    way             TEXT    NOT NULL,
    started_at      BIGINT  NOT NULL,
    seen_at         BIGINT  NOT NULL,
    proved_at       BIGINT,
    agent           TEXT    NOT NULL,
    computer        TEXT    NOT NULL,
    -- When it is over if it is not used again.
    ends_at         BIGINT  NOT NULL,
    version         BIGINT  NOT NULL
);
CREATE UNIQUE INDEX session_secret ON session (secret);
CREATE INDEX session_of_account ON session (account, seen_at);
CREATE INDEX session_end ON session (ends_at);

CREATE TABLE attempt (
    counter         BLOB    NOT NULL PRIMARY KEY,
    -- Tries that were judged, and when the latest of them was begun.
    stood           BIGINT  NOT NULL,
    stood_at        BIGINT,
    window_from     BIGINT  NOT NULL,
    -- Tries of which nobody said yet what they came to, of this half minute and of the one before.
    span            BIGINT  NOT NULL,
    begun           BIGINT  NOT NULL,
    begun_before    BIGINT  NOT NULL,
    -- From then on the row says nothing any more.
    ends_at         BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX attempt_end ON attempt (ends_at);

-- Requests that their senders may repeat, for a day: whose, what was said and what was answered
-- is here as keyed tags and sealed.
CREATE TABLE request (
    key             BLOB    NOT NULL PRIMARY KEY,
    digest          BLOB    NOT NULL,
    begun_at        BIGINT  NOT NULL,
    -- Moves when another server takes a lost request over.
    holder          BIGINT  NOT NULL,
    -- None while the request is at work.
    reply           BLOB,
    ends_at         BIGINT  NOT NULL
);
CREATE INDEX request_end ON request (ends_at);
-- Browsers in which an account's owner signed in by password.
CREATE TABLE known_browser (
    account         BLOB    NOT NULL REFERENCES account (id),
    browser         BLOB    NOT NULL,
    epoch           BIGINT  NOT NULL,
    ends_at         BIGINT  NOT NULL,
    PRIMARY KEY (account, browser)
) WITHOUT ROWID;
CREATE INDEX known_browser_end ON known_browser (ends_at);

-- The trail, what owners read of it, and events. They outlive what they tell of, and so refer to
-- nothing. -----------------------------------------------------------------------------------

CREATE TABLE audit (
    id              BLOB    NOT NULL PRIMARY KEY,
    at              BIGINT  NOT NULL,
    acted_by        TEXT    NOT NULL,
    act             TEXT    NOT NULL,
    flow            BLOB,
    agent           TEXT
);

CREATE TABLE audit_concern (
    account         BLOB    NOT NULL,
    audit           BLOB    NOT NULL REFERENCES audit (id),
    number          BIGINT  NOT NULL,
    notice          TEXT    NOT NULL,
    PRIMARY KEY (account, audit, number)
) WITHOUT ROWID;

CREATE TABLE outbox (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL,
    at              BIGINT  NOT NULL,
    agent           TEXT,
    body            TEXT    NOT NULL,
    -- When a letter is due for it, or its lease ends; none when it is settled.
    due_at          BIGINT,
    tries           BIGINT  NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_due_of_account ON outbox (account, id) WHERE due_at IS NOT NULL;

-- Letters. What was typed for a new password lies sealed, and goes when it is settled. -------

CREATE TABLE restore_request (
    id              BLOB    NOT NULL PRIMARY KEY,
    at              BIGINT  NOT NULL,
    sealed          BLOB    NOT NULL,
    due_at          BIGINT  NOT NULL,
    tries           BIGINT  NOT NULL
);
CREATE INDEX restore_request_due ON restore_request (due_at);

CREATE TABLE ticket (
    secret          BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    address         BLOB    NOT NULL,
    purpose         TEXT    NOT NULL,
    restores        BOOLEAN NOT NULL,
    made_at         BIGINT  NOT NULL,
    ends_at         BIGINT  NOT NULL,
    used_at         BIGINT
);
CREATE INDEX ticket_of_account ON ticket (account);
CREATE INDEX ticket_end ON ticket (ends_at);
