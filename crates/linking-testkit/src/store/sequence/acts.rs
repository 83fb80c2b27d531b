//! What browsers, the school and the clock do on a site.

use chrono::TimeDelta;
use linking_core::{
    account::{AccountStatus, ContactKind},
    audit::Act,
    link::PlaceHint,
    person::RegisteredName,
    ports::{Clock as _, NewPassword},
    provider::Decline,
    secret::Password,
    usecase::{LocalCredentials, StartOrder},
};

use super::{
    command::Command,
    site::{Site, visitor},
};
use crate::{Returned, people};

impl Site {
    pub(super) async fn print(&mut self, person: u8, text: &str) -> String {
        let batch = vec![NewPassword {
            account: self.account(person).await,
            password: people::password(text),
        }];
        let audit = self.command(Act::PasswordsPrinted);
        self.passwords
            .insert(self.login(person).as_str().to_owned(), text.to_owned());
        let answer = self.store.put_passwords(batch, audit).await;
        self.told(&answer)
    }

    async fn school(&mut self, person: u8, change: u8) -> String {
        let row = &mut self.people[usize::from(person)];
        let usual = people::everybody().swap_remove(usize::from(person));
        match change {
            0 => row.status = AccountStatus::Blocked,
            1 => row.status = AccountStatus::Archived,
            2 => {
                let other = RegisteredName::from_record("Другая", "Анна", "Ивановна");
                row.profile.name.value = other;
            }
            3 => row.profile.birth_date = None,
            4 => row.profile.snils = None,
            _ => *row = usual,
        }
        let rows = vec![row.clone()];
        let audit = self.command(Act::Imported);
        let answer = self.store.put_people(rows, audit).await;
        self.learn_names().await;
        self.told(&answer)
    }

    async fn look(&self, browser: u8) -> String {
        let Some(actor) = self.actor(browser).await else {
            return "nobody".to_owned();
        };
        let linking = &self.linking;
        let seen = (
            linking.sessions(&actor).await,
            linking.ways(&actor).await,
            linking.history(&actor, None, 7).await,
        );
        self.told(&seen)
    }

    async fn start(&mut self, browser: u8, order: u8) -> String {
        let actor = self.actor(browser).await;
        let orders = [
            StartOrder::SignIn,
            StartOrder::Link,
            StartOrder::Refresh,
            StartOrder::StepUp,
        ];
        let place = PlaceHint {
            region: people::sakhalin().code,
            organization: None,
        };
        let outcome = self
            .linking
            .start(
                &visitor(browser),
                actor.as_ref(),
                orders[usize::from(order)],
                &people::provider(),
                place,
            )
            .await;
        self.advanced(browser, &outcome)
    }

    async fn back(&mut self, browser: u8, trip: u8, person: u8, declines: bool) -> String {
        let Some(prompt) = self.trips.iter().rev().nth(trip.into()) else {
            return "no trip".to_owned();
        };
        let Returned { state, answer } = if declines {
            self.peer.decline(prompt, Decline::ByPerson)
        } else {
            self.peer.approve(prompt, self.identity(person))
        };
        let actor = self.actor(browser).await;
        let outcome = self
            .linking
            .answer(
                &visitor(browser),
                actor.as_ref(),
                &people::provider(),
                &state,
                answer,
            )
            .await;
        self.advanced(browser, &outcome)
    }

    /// A whole way to a link.
    async fn link(&mut self, browser: u8, person: u8, from_settings: bool) -> String {
        let mut told = Vec::new();
        if from_settings {
            let credentials = self.credentials(person, true).await;
            told.push(self.sign_in(browser, credentials).await);
            told.push(self.start(browser, 1).await);
            told.push(self.back(browser, 0, person, false).await);
            told.push(self.step(browser, 0, Press::Confirm).await);
        } else {
            told.push(self.start(browser, 0).await);
            told.push(self.back(browser, 0, person, false).await);
            told.push(self.step(browser, 0, Press::Agree).await);
            let credentials = self.credentials(person, true).await;
            told.push(self.step(browser, 0, Press::Prove(credentials)).await);
        }
        told.push(
            self.step(browser, 0, Press::Choose(ContactKind::Email))
                .await,
        );
        told.join("\n")
    }

    async fn sign_in(&mut self, browser: u8, credentials: LocalCredentials) -> String {
        let former = self.actor(browser).await;
        let outcome = self
            .linking
            .sign_in_locally(&visitor(browser), former.as_ref(), credentials)
            .await;
        self.entered(browser, &outcome)
    }

    async fn step(&mut self, browser: u8, flow: u8, press: Press) -> String {
        let Some(id) = self.flow(flow) else {
            return "no flow".to_owned();
        };
        let (visitor, actor) = (visitor(browser), self.actor(browser).await);
        let acting = actor.as_ref();
        let linking = &self.linking;
        let outcome = match (press, acting) {
            (Press::AskAgain, _) => linking.ask_again(&visitor, acting, id).await,
            (Press::Agree, _) => linking.agree(&visitor, acting, id, "2026-03").await,
            (Press::Prove(credentials), _) => {
                linking.prove(&visitor, acting, id, credentials).await
            }
            (Press::Cancel, _) => {
                let view = linking.cancel(&visitor, acting, id).await;
                return self.told(&view);
            }
            (Press::Prolong, _) => {
                let view = linking.prolong(&visitor, acting, id).await;
                return self.told(&view);
            }
            (Press::Confirm | Press::Choose(_), None) => return "nobody".to_owned(),
            (Press::Confirm, Some(actor)) => linking.confirm(&visitor, actor, id, "2026-03").await,
            (Press::Choose(kind), Some(actor)) => {
                linking
                    .choose_contacts(&visitor, actor, id, &[kind].into())
                    .await
            }
        };
        self.advanced(browser, &outcome)
    }

    async fn act(&mut self, browser: u8, act: Own) -> String {
        let Some(actor) = self.actor(browser).await else {
            return "nobody".to_owned();
        };
        let visitor = visitor(browser);
        let provider = people::provider();
        match act {
            Own::SignOut => {
                let answer = self.linking.sign_out(&actor).await;
                self.told(&answer)
            }
            Own::Keep => {
                let kept = [ContactKind::Mobile].into();
                let answer = self.linking.keep_contacts(&actor, &provider, &kept).await;
                self.told(&answer)
            }
            Own::EndOthers => {
                let answer = self.linking.end_sessions(&actor, None).await;
                self.told(&answer)
            }
            Own::Unlink => {
                let outcome = self.linking.unlink(&visitor, &actor, &provider).await;
                self.entered(browser, &outcome)
            }
            Own::StepUp(right) => {
                let login = &actor.sheet.account().login;
                let text = match (right, self.passwords.get(login.as_str())) {
                    (true, Some(text)) => text.clone(),
                    _ => "wrong".to_owned(),
                };
                let password = Password::new(text).expect("it is not empty");
                let outcome = self.linking.step_up(&visitor, &actor, password).await;
                self.entered(browser, &outcome)
            }
        }
    }

    /// Does a command; gives what was answered.
    pub(super) async fn take(&mut self, command: &Command) -> String {
        match *command {
            Command::SignIn {
                browser,
                person,
                right,
            } => {
                let credentials = self.credentials(person, right).await;
                self.sign_in(browser, credentials).await
            }
            Command::SignOut { browser } => self.act(browser, Own::SignOut).await,
            Command::Start { browser, order } => self.start(browser, order).await,
            Command::Back {
                browser,
                trip,
                person,
                declines,
            } => self.back(browser, trip, person, declines).await,
            Command::AskAgain { browser, flow } => self.step(browser, flow, Press::AskAgain).await,
            Command::Agree { browser, flow } => self.step(browser, flow, Press::Agree).await,
            Command::Prove {
                browser,
                flow,
                person,
                right,
            } => {
                let credentials = self.credentials(person, right).await;
                self.step(browser, flow, Press::Prove(credentials)).await
            }
            Command::Confirm { browser, flow } => self.step(browser, flow, Press::Confirm).await,
            Command::Choose {
                browser,
                flow,
                email,
            } => {
                let kind = if email {
                    ContactKind::Email
                } else {
                    ContactKind::Mobile
                };
                self.step(browser, flow, Press::Choose(kind)).await
            }
            Command::Keep { browser } => self.act(browser, Own::Keep).await,
            Command::Cancel { browser, flow } => self.step(browser, flow, Press::Cancel).await,
            Command::Prolong { browser, flow } => self.step(browser, flow, Press::Prolong).await,
            Command::StepUp { browser, right } => self.act(browser, Own::StepUp(right)).await,
            Command::Unlink { browser } => self.act(browser, Own::Unlink).await,
            Command::EndOthers { browser } => self.act(browser, Own::EndOthers).await,
            Command::Look { browser } => self.look(browser).await,
            Command::School { person, change } => self.school(person, change).await,
            Command::Print { person } => self.print(person, "printed").await,
            Command::Later { minutes } => {
                self.clock.advance(TimeDelta::minutes(minutes.into()));
                String::new()
            }
            Command::Sweep => {
                let swept = self.store.sweep(self.clock.now(), 100).await;
                self.told(&swept)
            }
            Command::Link {
                browser,
                person,
                from_settings,
            } => self.link(browser, person, from_settings).await,
        }
    }
}

enum Press {
    AskAgain,
    Agree,
    Prove(LocalCredentials),
    Confirm,
    Choose(ContactKind),
    Cancel,
    Prolong,
}

enum Own {
    SignOut,
    Keep,
    EndOthers,
    Unlink,
    StepUp(bool),
}
