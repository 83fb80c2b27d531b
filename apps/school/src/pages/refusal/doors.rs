//! The doors of a refusal's page: each has at least one (`texts.md`, rule 8).

use linking_core::{
    provider::ProviderId,
    refusal::{AccountLack, MixUp, Refusal},
    sign_in::PauseOf,
    time::Timestamp,
    usecase::StartOrder,
};

use crate::pages::{
    message::{Door, MessagePage, Weight},
    refusal::{Scene, mix_up_args},
};

/// Adds the doors.
pub(super) fn add(scene: &Scene<'_>, refusal: &Refusal, page: MessagePage) -> MessagePage {
    let t = page.t.clone();
    let text = |part: &str| t.text(&super::key(refusal, part));
    let signed_in = scene.visit.actor().is_some();
    let doors = Doors { scene, signed_in };
    match refusal {
        Refusal::ProviderOff | Refusal::WrongCredentials => {
            page.door(doors.home(Weight::Main, text("next")))
        }
        Refusal::ConsentRefused | Refusal::ProviderUnavailable | Refusal::ProviderAnswerInvalid => {
            let page = page.door(doors.retry(Weight::Main, text("next")));
            if signed_in {
                page.door(settings(Weight::Second, text("next-settings")))
            } else if scene.offers_local() {
                page.door(sign_in(Weight::Second, text("next-local")))
            } else {
                page
            }
        }
        Refusal::AssuranceTooLow { lacks } => {
            let again = match lacks {
                AccountLack::Level => text("next-again"),
                AccountLack::Else => t.text("action-try-again"),
            };
            let page = match doors.provider_home() {
                Some(home) => page
                    .door(Door::page(Weight::Main, text("next"), home))
                    .door(doors.retry(Weight::Second, again)),
                None => page.door(doors.retry(Weight::Main, again)),
            };
            if signed_in {
                page.door(settings(Weight::Plain, t.text("action-to-settings")))
            } else if scene.offers_local() {
                page.door(sign_in(Weight::Plain, text("next-local")))
            } else {
                page
            }
        }
        Refusal::IdentityLinkedElsewhere => match doors.way_out("move") {
            Some((way, leave)) => page
                .door(Door::page(Weight::Main, text("next"), way))
                .door(doors.other_identity(Weight::Second, text("next-other")))
                .door(Door::form(Weight::Plain, text("next-leave"), leave)),
            None => page
                .door(doors.other_identity(Weight::Main, text("next-other")))
                .door(doors.home(Weight::Second, text("next-leave"))),
        },
        Refusal::AccountLinkedAlready { .. } => match doors.way_out("replace") {
            Some((way, leave)) => page
                .door(Door::page(Weight::Main, text("next"), way))
                .door(Door::form(Weight::Second, text("next-keep"), leave))
                .door(doors.other_identity(Weight::Plain, text("next-other"))),
            None => page
                .door(doors.home(Weight::Main, text("next-keep")))
                .door(doors.other_identity(Weight::Second, text("next-other"))),
        },
        Refusal::GuardianChildMixUp { mix_up } => {
            let args = mix_up_args(*mix_up);
            let first = t.text_with("refusal-guardian-child-mix-up-next", &args);
            let second = t.text_with("refusal-guardian-child-mix-up-next-second", &args);
            let page = match mix_up {
                MixUp::AdultOnChild => page
                    .door(doors.other_profile(Weight::Main, first))
                    .door(doors.other_identity(Weight::Second, second)),
                MixUp::ChildOnAdult => page
                    .door(doors.other_identity(Weight::Main, first))
                    .door(doors.other_profile(Weight::Second, second)),
            };
            page.door(doors.help(text("help"), "child"))
        }
        Refusal::NameMismatch { .. } | Refusal::SnilsMismatch | Refusal::BirthDateMismatch => {
            // Another try meets the same data, and five of them a pause (`threats.md` F5).
            let away = if signed_in {
                settings(Weight::Main, t.text("action-to-settings"))
            } else if scene.offers_local() {
                sign_in(Weight::Main, t.text("action-local"))
            } else {
                sign_in(Weight::Main, t.text("action-to-sign-in"))
            };
            let restart = t.text("refusal-mismatch-restart");
            page.door(away)
                .door(doors.begin_anew(Weight::Second, text("next")))
                .door(doors.other_profile(Weight::Plain, restart))
        }
        Refusal::TooManyAttempts { until } => doors.pause(refusal, *until, page),
        Refusal::AccountBlocked => page
            .door(sign_in(Weight::Main, text("next")))
            .door(doors.help(text("help"), "school")),
        Refusal::NewPasswordNeeded => {
            let next = text("next");
            let page = match scene.flow().filter(|_| scene.can_retry()) {
                Some(flow) => {
                    let restore = format!("/flow/{}/restore", flow.id);
                    page.door(Door::form(Weight::Main, next, restore))
                }
                None => page.door(Door::page(Weight::Main, next, "/restore")),
            };
            page.door(doors.help(t.text("help-school-title"), "school"))
        }
        Refusal::TicketOld => page
            .door(Door::page(Weight::Main, text("next"), "/restore"))
            .door(doors.help(t.text("help-school-title"), "school")),
        Refusal::PasswordUnfit { .. } => page.door(doors.home(Weight::Main, text("next"))),
        Refusal::StepUpNeeded => {
            let page = page.door(Door::page(
                Weight::Main,
                text("next"),
                format!("/settings/step-up?next={}", scene.visit.next().code()),
            ));
            page.door(settings(Weight::Plain, t.text("action-cancel")))
        }
        Refusal::LastSignInMethod => page.door(settings(Weight::Main, text("next"))),
        Refusal::FlowExpired => {
            let page = page.door(doors.begin_anew(Weight::Main, text("next")));
            if signed_in {
                page.door(settings(Weight::Plain, t.text("action-to-settings")))
            } else {
                page.door(sign_in(Weight::Plain, text("next-sign-in")))
            }
        }
        Refusal::FlowNotYours => page
            .door(doors.home(Weight::Main, text("next")))
            .door(doors.help(t.text("help-cookies-title"), "cookies")),
        Refusal::FlowFinished => {
            if signed_in {
                page.door(Door::page(Weight::Main, text("next"), "/"))
                    .door(Door::page(
                        Weight::Plain,
                        t.text("label-ways"),
                        "/settings#security",
                    ))
            } else {
                page.door(sign_in(Weight::Main, text("next-signed-out")))
            }
        }
    }
}

fn settings(weight: Weight, text: String) -> Door {
    Door::page(weight, text, "/settings")
}

fn sign_in(weight: Weight, text: String) -> Door {
    Door::page(weight, text, "/sign-in")
}

/// The form that begins a way to a provider anew, at the same place and for the same purpose.
pub(crate) fn begin_door(
    scene: &Scene<'_>,
    order: StartOrder,
    provider: &ProviderId,
    weight: Weight,
    text: String,
) -> Door {
    match order {
        StartOrder::SignIn => {
            let mut door = Door::form(weight, text, format!("/sign-in/{provider}"));
            if let Some(region) = scene.region() {
                door = door.with("region", region.as_str());
            }
            if let Some(organization) = scene.organization() {
                door = door.with("organization", organization.to_string());
            }
            door
        }
        StartOrder::Link => Door::form(weight, text, format!("/settings/ways/{provider}/link")),
        StartOrder::Refresh => {
            Door::form(weight, text, format!("/settings/ways/{provider}/refresh"))
        }
        StartOrder::StepUp => Door::page(
            weight,
            text,
            format!("/settings/step-up?next={}", scene.visit.next().code()),
        ),
    }
}

struct Doors<'a> {
    scene: &'a Scene<'a>,
    signed_in: bool,
}

impl Doors<'_> {
    /// Back to where such things begin.
    fn home(&self, weight: Weight, text: String) -> Door {
        if self.signed_in {
            settings(weight, text)
        } else {
            sign_in(weight, text)
        }
    }

    /// The page of the way out of a link that stands in the way, and the way past it.
    fn way_out(&self, page: &str) -> Option<(String, String)> {
        let flow = self
            .scene
            .flow()
            .filter(|_| self.scene.way_out().is_some())?;
        let address = |name: &str| format!("/flow/{}/{name}", flow.id);
        Some((address(page), address("cancel")))
    }

    /// A page of the help, with the way back to the flow.
    fn help(&self, text: String, topic: &str) -> Door {
        let back = self
            .scene
            .flow()
            .map_or_else(String::new, |flow| format!("?flow={}", flow.id));
        Door::page(Weight::Plain, text, format!("/help/{topic}{back}"))
    }

    fn provider_home(&self) -> Option<String> {
        let provider = self.scene.provider()?;
        let site = self.scene.app.site().providers.get(&provider)?;
        Some(site.home.as_ref()?.as_str().to_owned())
    }

    /// The same flow once more, or a new one where it is over.
    fn retry(&self, weight: Weight, text: String) -> Door {
        match self.scene.flow().filter(|_| self.scene.can_retry()) {
            Some(flow) => Door::form(weight, text, format!("/flow/{}/retry", flow.id)),
            None => self.begin_anew(weight, text),
        }
    }

    /// A new flow for the same purpose, with one press.
    fn begin_anew(&self, weight: Weight, text: String) -> Door {
        let order = self.scene.order();
        let bound = order != StartOrder::SignIn;
        match self.scene.provider() {
            Some(provider) if bound == self.signed_in => {
                begin_door(self.scene, order, &provider, weight, text)
            }
            // Whoever is signed out signs in first; whoever is signed in has no need to.
            Some(_) | None => self.home(weight, text),
        }
    }

    /// Out of the provider's session, and in under another name.
    fn other_identity(&self, weight: Weight, text: String) -> Door {
        if let Some(flow) = self.scene.flow().filter(|_| self.scene.can_retry()) {
            return Door::form(weight, text, format!("/flow/{}/other-identity", flow.id));
        }
        let back = if self.signed_in {
            "/settings"
        } else {
            "/sign-in"
        };
        match self.scene.provider_sign_out(back) {
            Some(address) => Door::page(weight, text, address.as_str()),
            None => self.begin_anew(weight, text),
        }
    }

    /// Out of the present profile, and in under another login.
    fn other_profile(&self, weight: Weight, text: String) -> Door {
        if self.signed_in {
            Door::form(weight, text, "/sign-out").with("then", "sign-in")
        } else {
            sign_in(weight, text)
        }
    }

    /// During a pause: the provider, or back to the flow, if it waits so long.
    fn pause(&self, refusal: &Refusal, until: Timestamp, page: MessagePage) -> MessagePage {
        let t = page.t.clone();
        let forgotten = t.text("label-restore-password");
        if let Some(flow) = self.scene.flow().filter(|flow| flow.outlasts(until)) {
            let text = t.text("action-try-again");
            let page = page.door(Door::page(Weight::Main, text, format!("/flow/{}", flow.id)));
            let page = if flow.can_prolong {
                let text = super::prolong_text(&t);
                page.door(Door::form(
                    Weight::Second,
                    text,
                    format!("/flow/{}/prolong", flow.id),
                ))
            } else {
                page
            };
            let restore = format!("/flow/{}/restore", flow.id);
            return page.door(Door::form(Weight::Plain, forgotten, restore));
        }
        if self.signed_in {
            return page.door(settings(Weight::Main, t.text("action-to-settings")));
        }
        if self.scene.pause_of(until) == PauseOf::Linking {
            return if self.scene.offers_local() {
                page.door(sign_in(Weight::Main, t.text("action-local")))
            } else {
                page.door(sign_in(Weight::Main, t.text("action-to-sign-in")))
            };
        }
        let page = match self.scene.offered() {
            Some(provider) => page.door(begin_door(
                self.scene,
                StartOrder::SignIn,
                &provider,
                Weight::Main,
                t.text(&super::key(refusal, "next")),
            )),
            None => page.door(sign_in(
                Weight::Main,
                t.text(&super::key(refusal, "next-plain")),
            )),
        };
        page.door(Door::page(Weight::Plain, forgotten, "/restore"))
    }
}
