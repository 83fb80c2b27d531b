//! Every statement's text. PostgreSQL takes them too: `$1` placeholders, `ON CONFLICT`,
//! `RETURNING`; what it is asked beside is [`crate::statement::Query::shared`]. They are constants,
//! so that no value can get into a text, and listed, so that a test walks them all and reads their
//! plans.

/// Declares texts and the list of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// One begun try less, in the span in which it was begun: `AttemptCount::returned`. $2 that span.
macro_rules! one_begun_less {
    () => {
        "begun = CASE WHEN span <= $2 AND begun > 0 THEN begun - 1 ELSE begun END, \
         begun_before = CASE WHEN span = $2 + 1 AND begun_before > 0 THEN begun_before - 1 \
            ELSE begun_before END \
         WHERE counter = $1"
    };
}

macro_rules! account_columns {
    () => {
        "a.id AS a_id, a.login AS a_login, a.password_hash AS a_password_hash, \
         a.password_origin AS a_password_origin, a.password_set_at AS a_password_set_at, \
         a.password_exposed_at AS a_password_exposed_at, \
         a.status AS a_status, a.epoch AS a_epoch, a.version AS a_version, \
         a.profile AS a_profile, a.snils AS a_snils"
    };
}

macro_rules! organization_columns {
    () => {
        "o.id AS o_id, o.external_id AS o_external_id, o.locality AS o_locality, \
         o.name AS o_name, o.kind AS o_kind, r.code AS r_code, r.name AS r_name, \
         r.offset_minutes AS r_offset_minutes"
    };
}

/// An account with its memberships: one row for each, or one with an empty membership.
macro_rules! sheet_columns {
    () => {
        concat!(
            account_columns!(),
            ", m.id AS m_id, m.role AS m_role, m.class AS m_class, ",
            organization_columns!()
        )
    };
}

/// The memberships of `a`.
macro_rules! sheet_joins {
    () => {
        " LEFT JOIN membership m ON m.account = a.id \
          LEFT JOIN organization o ON o.id = m.organization \
          LEFT JOIN region r ON r.code = o.region "
    };
}

macro_rules! link_columns {
    () => {
        "l.id AS l_id, l.account AS l_account, l.provider AS l_provider, l.issuer AS l_issuer, \
         l.subject AS l_subject, l.assurance AS l_assurance, l.origin AS l_origin, \
         l.linked_at AS l_linked_at, l.used_at AS l_used_at"
    };
}

macro_rules! session_columns {
    () => {
        "s.id AS s_id, s.secret AS s_secret, s.browser AS s_browser, s.account AS s_account, \
         s.epoch AS s_epoch, s.way AS s_way, s.started_at AS s_started_at, \
         s.seen_at AS s_seen_at, s.proved_at AS s_proved_at, s.agent AS s_agent, \
         s.computer AS s_computer, \
         s.version AS s_version"
    };
}

// Below the macros, which the modules use.
pub(crate) mod account;
pub(crate) mod directory;
pub(crate) mod flow;
pub(crate) mod letter;
pub(crate) mod link;
pub(crate) mod register;
pub(crate) mod repeats;
pub(crate) mod session;
pub(crate) mod trail;
pub(crate) mod upkeep;

/// The texts of every module, by name.
#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        account::ALL,
        directory::ALL,
        flow::ALL,
        letter::ALL,
        link::ALL,
        register::ALL,
        repeats::ALL,
        session::ALL,
        trail::ALL,
        upkeep::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
