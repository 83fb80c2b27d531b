//! The rows of «Способы входа», and the row at the foot.

use linking_core::{provider::ProviderId, region::ZoneOffset, time::Timestamp, usecase::WayView};

use crate::{
    i18n::{Args, Language, Texts},
    settings::kind_of,
    web::state::AppState,
};

/// What a row of «Способы входа» offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WayOffer {
    /// «Отключить», «Сменить»: a page on which it is done.
    Disconnect {
        /// Its address.
        href: String,
        /// What stands on it, and what it says in full.
        text: String,
        /// The rest of the sentence, for the ear.
        name: String,
    },
    /// «Подключить».
    Connect {
        /// Its address.
        action: String,
        /// What stands on it.
        text: String,
        /// The whole sentence, for the ear.
        name: String,
    },
    /// Nothing, with the reason and the way to another way in.
    Last {
        /// The reason.
        text: String,
        /// Where help is.
        href: &'static str,
        /// What stands on the link.
        add: String,
    },
}

/// A row of «Способы входа».
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayRow {
    pub(crate) id: String,
    pub(crate) icon: &'static str,
    pub(crate) name: String,
    /// «Подключены 14 марта 2026».
    pub(crate) state: String,
    pub(crate) works: bool,
    pub(crate) more: Option<String>,
    pub(crate) offer: Option<WayOffer>,
}

/// The row at the foot: «Привязать учетную запись портала Госуслуг».
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkRow {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) offer: WayOffer,
}

/// The row of a way in.
pub(crate) fn way_row(
    app: &AppState,
    reader: Language,
    way: &WayView,
    now: Timestamp,
    offset: ZoneOffset,
) -> WayRow {
    match way {
        WayView::Password { set_at, exposed } => {
            let t = app.texts(reader);
            let works = set_at.is_some() && !exposed;
            WayRow {
                id: "way-password".to_owned(),
                icon: "#i-key",
                name: t.text("page-settings-way-password"),
                state: t.text(match (set_at, exposed) {
                    (Some(_), false) => "page-settings-way-password-works",
                    (Some(_), true) => "page-settings-way-password-exposed",
                    (None, _) => "page-settings-way-password-none",
                }),
                works,
                more: set_at.filter(|_| works).map(|at| {
                    let date = Args::new().with("date", t.day(at, offset));
                    t.text_with("page-settings-way-password-since", &date)
                }),
                offer: Some(WayOffer::Disconnect {
                    href: "/settings/password".to_owned(),
                    text: t.text(if set_at.is_some() {
                        "page-settings-way-password-change"
                    } else {
                        "page-settings-way-password-set"
                    }),
                    name: t.text(if set_at.is_some() {
                        "page-settings-way-password-change-name"
                    } else {
                        "page-settings-way-password-set-name"
                    }),
                }),
            }
        }
        WayView::Linked {
            link,
            provider,
            last,
        } => {
            let t = app.texts_about(reader, &link.provider);
            let id = &link.provider;
            let date = Args::new().with("date", t.day(link.linked_at, offset));
            let used = link.used_at.map_or_else(
                || t.text("page-settings-way-no-use"),
                |at| {
                    let when = Args::new().with("when", t.moment(at, now, offset));
                    t.text_with("page-settings-way-last-use", &when)
                },
            );
            let state = if provider.is_on() {
                t.text_with(
                    &format!("page-settings-way-{}-connected", kind_of(id)),
                    &date,
                )
            } else {
                t.text("page-settings-way-off")
            };
            WayRow {
                id: format!("way-{id}"),
                icon: "#i-card",
                name: t.text(&format!("provider-{}", kind_of(id))),
                state,
                works: provider.is_on(),
                more: Some(used),
                offer: Some(if *last {
                    last_way(&t)
                } else {
                    disconnect(id, &t)
                }),
            }
        }
        WayView::Connectable { provider } => {
            let t = app.texts_about(reader, provider);
            WayRow {
                id: format!("way-{provider}"),
                icon: "#i-card",
                name: t.text(&format!("provider-{}", kind_of(provider))),
                state: t.text(&format!(
                    "page-settings-way-{}-not-connected",
                    kind_of(provider)
                )),
                works: false,
                more: None,
                offer: Some(WayOffer::Connect {
                    action: format!("/settings/ways/{provider}/link"),
                    text: t.text("page-settings-way-connect"),
                    name: t.text("page-settings-way-connect-name"),
                }),
            }
        }
    }
}

fn last_way(t: &Texts) -> WayOffer {
    WayOffer::Last {
        text: t.text("page-settings-way-last"),
        href: "/help/password",
        add: t.text("page-settings-way-last-add"),
    }
}

fn disconnect(provider: &ProviderId, t: &Texts) -> WayOffer {
    WayOffer::Disconnect {
        href: format!("/settings/ways/{provider}/unlink"),
        text: t.text("page-settings-way-disconnect"),
        name: t.text("page-settings-way-disconnect-name"),
    }
}

/// The row at the foot, as the source document has it.
pub(crate) fn link_row(
    app: &AppState,
    reader: Language,
    way: &WayView,
    offset: ZoneOffset,
) -> Option<LinkRow> {
    match way {
        WayView::Password { .. } => None,
        WayView::Linked { link, last, .. } => {
            let t = app.texts_about(reader, &link.provider);
            let date = Args::new().with("date", t.day(link.linked_at, offset));
            let key = format!("page-settings-way-{}-connected", kind_of(&link.provider));
            Some(LinkRow {
                title: t.text("page-settings-link-title"),
                text: t.text_with(&key, &date),
                offer: if *last {
                    last_way(&t)
                } else {
                    disconnect(&link.provider, &t)
                },
            })
        }
        WayView::Connectable { provider } => {
            let t = app.texts_about(reader, provider);
            let text = t.text(&format!("label-{}-link", kind_of(provider)));
            Some(LinkRow {
                title: t.text("page-settings-link-title"),
                text: t.text("page-settings-link-text"),
                offer: WayOffer::Connect {
                    action: format!("/settings/ways/{provider}/link"),
                    name: text.clone(),
                    text,
                },
            })
        }
    }
}
