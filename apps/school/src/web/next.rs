//! Where a person goes on: always one of our own pages, from a closed list (`threats.md` A13).

use linking_core::{ids::FlowId, provider::ProviderId};

/// The page after a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ReturnTo {
    /// The start page.
    #[default]
    Home,
    /// The settings.
    Settings,
    /// The contacts in the settings.
    Contacts,
    /// The own history.
    History,
}

impl ReturnTo {
    const ALL: [Self; 4] = [Self::Home, Self::Settings, Self::Contacts, Self::History];

    /// The word in addresses and forms.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Settings => "settings",
            Self::Contacts => "contacts",
            Self::History => "history",
        }
    }

    /// Reads a [`Self::code`]; anything else is the start page.
    pub(crate) fn from_code(code: Option<&str>) -> Self {
        Self::ALL
            .into_iter()
            .find(|page| Some(page.code()) == code)
            .unwrap_or_default()
    }

    /// The page that an address of ours names.
    pub(crate) fn of_path(path: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|page| page.path() == path)
            .unwrap_or(if path.starts_with("/settings") {
                Self::Settings
            } else {
                Self::Home
            })
    }

    /// The address.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Settings => "/settings",
            Self::Contacts => "/settings/contacts",
            Self::History => "/settings/history",
        }
    }
}

/// What a person wanted when they were asked to prove themselves once more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum NextAct {
    /// Nothing in particular.
    #[default]
    Settings,
    /// To link a provider.
    Link(ProviderId),
    /// To unlink one.
    Unlink(ProviderId),
    /// To set a password.
    Password,
    /// To press «Связать» in a flow.
    Flow(FlowId),
}

impl NextAct {
    /// The word in addresses, forms and the cookie.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Settings => "settings".to_owned(),
            Self::Link(provider) => format!("link.{provider}"),
            Self::Unlink(provider) => format!("unlink.{provider}"),
            Self::Password => "password".to_owned(),
            Self::Flow(flow) => format!("flow.{flow}"),
        }
    }

    /// Reads a [`Self::code`]; anything else is the settings.
    pub(crate) fn from_code(code: Option<&str>) -> Self {
        if code == Some("password") {
            return Self::Password;
        }
        let (act, of) = code
            .and_then(|code| code.split_once('.'))
            .unwrap_or_default();
        match act {
            "link" => of.parse().map(Self::Link).unwrap_or_default(),
            "unlink" => of.parse().map(Self::Unlink).unwrap_or_default(),
            "flow" => of.parse().map(Self::Flow).unwrap_or_default(),
            _ => Self::Settings,
        }
    }

    /// The page on which the act is waiting for its button.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Settings => "/settings".to_owned(),
            Self::Link(_) => "/settings#link".to_owned(),
            Self::Unlink(provider) => format!("/settings/ways/{provider}/unlink"),
            Self::Password => "/settings/password".to_owned(),
            Self::Flow(flow) => format!("/flow/{flow}"),
        }
    }

    /// The page on which the person proves themselves for it.
    pub(crate) fn step_up(&self) -> String {
        match self {
            Self::Flow(flow) => format!("/flow/{flow}/step-up"),
            act => format!("/settings/step-up?next={}", act.code()),
        }
    }

    /// The page to which «Отменить» leads.
    pub(crate) fn way_back(&self) -> String {
        match self {
            Self::Settings | Self::Link(_) | Self::Unlink(_) | Self::Password => {
                "/settings".to_owned()
            }
            Self::Flow(flow) => format!("/flow/{flow}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRICKS: [&str; 12] = [
        "//evil",
        "/\\evil",
        "/%2f%2fevil",
        "https:evil",
        "javascript:alert(1)",
        "/ok@evil",
        "link.//evil",
        "flow.flw_0/../../evil",
        "unlink.gosuslugi/../../evil",
        "\u{2215}\u{2215}evil",
        "settings\n",
        "link.",
    ];

    #[test]
    fn a13_no_trick_leads_off_the_list() {
        for trick in TRICKS {
            assert_eq!(ReturnTo::from_code(Some(trick)), ReturnTo::Home, "{trick}");
            assert_eq!(
                NextAct::from_code(Some(trick)),
                NextAct::Settings,
                "{trick}"
            );
        }
    }

    #[test]
    fn an_act_is_read_back() {
        let flow = FlowId::from_uuid(uuid::Uuid::from_u128(1));
        let provider: ProviderId = "gosuslugi".parse().unwrap();
        for act in [
            NextAct::Settings,
            NextAct::Link(provider.clone()),
            NextAct::Unlink(provider),
            NextAct::Password,
            NextAct::Flow(flow),
        ] {
            assert_eq!(NextAct::from_code(Some(&act.code())), act);
            assert!(act.path().starts_with('/') && !act.path().starts_with("//"));
        }
    }
}
