//! Links and the anchors of identities.

use std::sync::Arc;

use linking_core::{
    account::{ContactValue, Source, Version},
    change::Write,
    link::{Link, LinkEnd, LinkOrigin},
    ports::LinkedAccount,
    provider::{AssuranceLevel, IdentityKey},
    time::Timestamp,
};

use crate::{
    people::{self, START, identity_key},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict, minutes, other_provider},
    },
};

/// Every attribute of a link comes back, on the account's side and on the identity's.
pub async fn a_link_comes_back_as_it_was_made(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let sheet = stage.teacher().await;
    let account = sheet.account.value.id;
    let mut made = Vec::new();
    for (number, assurance) in AssuranceLevel::ALL.into_iter().enumerate() {
        let link = Link {
            provider: format!("p{number}").parse().unwrap(),
            identity: IdentityKey {
                issuer: "x".repeat(255).parse().unwrap(),
                subject: format!("{number}").parse().unwrap(),
            },
            assurance,
            origin: [LinkOrigin::FromProvider, LinkOrigin::FromSettings][number % 2],
            linked_at: minutes(-i64::try_from(number).unwrap()),
            used_at: (number == 2).then(|| Timestamp::from_timestamp_micros(-1).unwrap()),
            ..stage.link(account, identity_key("replaced"))
        };
        stage.make(&link).await.unwrap();
        let known = stage.store.identity(&link.identity).await.unwrap();
        let sheet = sheet.clone();
        assert_eq!(
            known.links,
            [LinkedAccount {
                link: link.clone(),
                sheet
            }]
        );
        made.push(link);
    }
    made.reverse();
    assert_eq!(
        stage.store.links_of(account).await,
        Ok(made),
        "the oldest first"
    );
}

/// An identity that nobody linked has no links, and the anchor that a first link names.
pub async fn an_unknown_identity_has_a_new_anchor(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let known = stage.store.identity(&identity_key("1")).await.unwrap();
    assert_eq!(known.anchor, Version::NEW);
    assert!(known.links.is_empty());
}

/// The anchor moves with each link made and ended: who read it before conflicts.
pub async fn the_anchor_moves_with_link_and_unlink(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let key = identity_key("1");
    let link = stage.linked(account, "1").await;
    let after_link = stage.anchor(&key).await;
    assert!(after_link > Version::NEW);
    let change = stage.change(account).write(Stage::end(&link));
    stage.commit(change).await.unwrap();
    let after_unlink = stage.anchor(&key).await;
    assert!(after_unlink > after_link);
    let other = stage.adult().await.account.value.id;
    for stale in [Version::NEW, after_link, after_unlink.next()] {
        let link = stage.link(other, key.clone());
        let change = stage.change(other).write(Stage::insert(&link, stale));
        assert!(is_conflict(&stage.commit(change).await), "{stale:?}");
    }
    assert_eq!(stage.store.links_of(other).await, Ok(Vec::new()));
    assert_eq!(stage.anchor(&key).await, after_unlink);
}

/// Invariant 1: an account has one active link of a provider, whatever the identity.
pub async fn invariant_1_one_link_of_a_provider_for_an_account(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let first = stage.linked(account, "1").await;
    let second = stage.link(account, identity_key("2"));
    let refused = stage.make(&second).await;
    assert!(is_conflict(&refused), "{refused:?}");
    assert_eq!(stage.anchor(&second.identity).await, Version::NEW);
    let elsewhere = Link {
        provider: other_provider(),
        ..second
    };
    stage.make(&elsewhere).await.unwrap();
    assert_eq!(stage.store.links_of(account).await.unwrap().len(), 2);
    let change = stage.change(account).write(Stage::end(&first));
    stage.commit(change).await.unwrap();
    let again = stage.link(account, identity_key("3"));
    stage.make(&again).await.unwrap();
}

/// Invariant 2: an identity has one active link, whatever the account and the provider's name.
pub async fn invariant_2_one_link_of_an_identity(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let teacher = stage.teacher().await.account.value.id;
    let other = stage.adult().await.account.value.id;
    let link = stage.linked(teacher, "1").await;
    for provider in [people::provider(), other_provider()] {
        for account in [other, teacher] {
            let second = Link {
                provider: provider.clone(),
                ..stage.link(account, link.identity.clone())
            };
            let refused = stage.make(&second).await;
            assert!(is_conflict(&refused), "{refused:?}");
        }
    }
    let known = stage.store.identity(&link.identity).await.unwrap();
    assert_eq!(known.links.len(), 1);
    assert_eq!(known.links[0].link, link);
    let change = stage.change(teacher).write(Stage::end(&link));
    stage.commit(change).await.unwrap();
    stage.linked(other, "1").await;
}

/// Subjects and issuers are compared octet by octet: none of these is another one (`threats.md`
/// C2).
pub async fn c2_subjects_are_compared_as_octets(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let longest = "a".repeat(255);
    let longest_but_one = "a".repeat(254);
    let subjects = [
        "1",
        "01",
        "1.0",
        "1e0",
        " 1",
        "1 ",
        "a",
        "A",
        "е",
        "ё",
        "е\u{308}",
        "%",
        "_",
        "'",
        longest.as_str(),
        longest_but_one.as_str(),
    ];
    let account = stage.teacher().await.account.value.id;
    let mut links = Vec::new();
    for (number, subject) in subjects.into_iter().enumerate() {
        let link = Link {
            provider: format!("p{number}").parse().unwrap(),
            ..stage.link(account, identity_key(subject))
        };
        stage.make(&link).await.unwrap();
        links.push(link);
    }
    let other_issuers = ["https://provider.example", "https://PROVIDER.example/"];
    for (number, issuer) in other_issuers.into_iter().enumerate() {
        let identity = IdentityKey {
            issuer: issuer.parse().unwrap(),
            subject: "1".parse().unwrap(),
        };
        let link = Link {
            provider: format!("i{number}").parse().unwrap(),
            ..stage.link(account, identity)
        };
        stage.make(&link).await.unwrap();
        links.push(link);
    }
    for link in links {
        let known = stage.store.identity(&link.identity).await.unwrap();
        assert_eq!(known.links.len(), 1);
        assert_eq!(known.links[0].link, link);
    }
}

/// The use of a link notes level and time; both sides see it.
pub async fn the_use_of_a_link_is_noted(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let link = stage.linked(account, "1").await;
    let anchor = stage.anchor(&link.identity).await;
    let used = Link {
        assurance: AssuranceLevel::Child,
        used_at: Some(minutes(7)),
        ..link.clone()
    };
    let change = stage.change(account).write(Write::UseLink {
        id: link.id,
        assurance: AssuranceLevel::Child,
        at: minutes(7),
    });
    stage.commit(change).await.unwrap();
    assert_eq!(stage.store.links_of(account).await, Ok(vec![used]));
    assert_eq!(
        stage.anchor(&link.identity).await,
        anchor,
        "no link was made or ended"
    );
}

/// A link that ended, or never was, is not used and does not end again; nor does one under
/// another identity's name.
pub async fn a_link_that_is_over_is_a_conflict(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let link = stage.linked(account, "1").await;
    let never = stage.link(account, identity_key("2"));
    let misnamed = Link {
        identity: identity_key("2"),
        ..link.clone()
    };
    for wrong in [&never, &misnamed] {
        let change = stage.change(account).write(Stage::end(wrong));
        assert!(is_conflict(&stage.commit(change).await));
    }
    let change = stage.change(account).write(Stage::end(&link));
    stage.commit(change).await.unwrap();
    let anchor = stage.anchor(&link.identity).await;
    let again = stage.change(account).write(Stage::end(&link));
    assert!(is_conflict(&stage.commit(again).await));
    for link in [&link, &never] {
        let used = stage.change(account).write(Write::UseLink {
            id: link.id,
            assurance: AssuranceLevel::Verified,
            at: START,
        });
        assert!(is_conflict(&stage.commit(used).await));
    }
    assert_eq!(stage.anchor(&link.identity).await, anchor);
}

/// A change of name, SNILS or birth date of a linked account moves the anchor of its link, so
/// that a link made by what was read before conflicts (invariant 2). A change of anything else
/// does not.
pub async fn an_edit_of_identity_data_moves_the_anchor(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let id = stage.teacher().await.account.value.id;
    let link = stage.linked(id, "1").await;
    let other = people::adult().profile;
    for what in ["name", "snils", "birth date", "contacts", "epoch"] {
        let before = stage.anchor(&link.identity).await;
        let mut account = stage.teacher().await.account;
        let profile = &mut account.value.profile;
        let moves = match what {
            "name" => {
                profile.name = other.name.clone();
                true
            }
            "snils" => {
                profile.snils = Some(people::of_school(people::snils(112_233_446)));
                true
            }
            "birth date" => {
                profile.birth_date = None;
                true
            }
            "contacts" => {
                let number: ContactValue = people::mobile("+79001234567");
                profile.contacts = vec![people::contact(number, Source::School)];
                false
            }
            _ => {
                account.value.epoch = account.value.epoch.next();
                false
            }
        };
        stage.put(account.value, account.version).await.unwrap();
        assert_eq!(stage.anchor(&link.identity).await > before, moves, "{what}");
    }
    let unlinked = stage.link(id, identity_key("2"));
    assert_eq!(stage.anchor(&unlinked.identity).await, Version::NEW);
}

/// An unlink as the use case makes it leaves nothing of the link active: the account has no link,
/// the identity enters nothing, no contact of the provider is left.
pub async fn an_unlink_leaves_nothing_active(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let id = stage.teacher().await.account.value.id;
    let link = stage.linked(id, "1").await;
    let mut account = stage.teacher().await.account;
    let from_provider = Source::Provider(people::provider());
    let number = people::mobile("+79001234567");
    account.value.profile.contacts = vec![
        people::contact(number.clone(), Source::School),
        people::contact(number, from_provider),
    ];
    stage.put(account.value, account.version).await.unwrap();
    let mut account = stage.teacher().await.account;
    account
        .value
        .profile
        .keep_contacts(&people::provider(), [], START);
    account.value.epoch = account.value.epoch.next();
    let change = stage
        .change(id)
        .write(Write::PutAccount {
            account: Box::new(account.value.clone()),
            read: account.version,
        })
        .write(Write::EndLink {
            id: link.id,
            identity: link.identity.clone(),
            end: LinkEnd::Unlinked,
            at: START,
        });
    stage.commit(change).await.unwrap();
    assert_eq!(stage.store.links_of(id).await, Ok(Vec::new()));
    let known = stage.store.identity(&link.identity).await.unwrap();
    assert!(known.links.is_empty());
    let left = stage.teacher().await.account.value;
    assert_eq!(left, account.value);
    assert_eq!(left.profile.contacts_from(&people::provider()).count(), 0);
    assert_eq!(left.profile.contacts.len(), 1);
}

/// A link ends at one account and is made at another, together or not at all: the end moves the
/// anchor once, and the new link names the next one (`threats.md` E1).
pub async fn e1_a_link_moves_in_one_change(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let from = stage.teacher().await.account.value.id;
    let to = stage.adult().await.account.value.id;
    let key = identity_key("1");
    let old = stage.linked(from, "1").await;
    let anchor = stage.anchor(&key).await;
    let new = stage.link(to, key.clone());
    let moves = |anchor| {
        let ends = stage.change(from).write(Stage::end(&old));
        ends.and(stage.change(to).write(Stage::insert(&new, anchor)))
    };
    for stale in [anchor, anchor.next().next()] {
        assert!(is_conflict(&stage.commit(moves(stale)).await), "{stale:?}");
        assert_eq!(stage.store.links_of(from).await, Ok(vec![old.clone()]));
        assert_eq!(stage.anchor(&key).await, anchor);
    }
    stage.commit(moves(anchor.next())).await.unwrap();
    assert_eq!(stage.store.links_of(from).await, Ok(Vec::new()));
    assert_eq!(stage.store.links_of(to).await, Ok(vec![new.clone()]));
    assert_eq!(stage.anchor(&key).await, anchor.next().next());
    assert!(
        is_conflict(&stage.commit(moves(anchor.next())).await),
        "once"
    );
}

/// An account's link gives way to one to another identity in one change (`threats.md` E2); why
/// the old one ended may be either of the new causes.
pub async fn e2_a_link_is_replaced_in_one_change(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let account = stage.teacher().await.account.value.id;
    let mut old = stage.linked(account, "1").await;
    for (subject, end) in [("2", LinkEnd::Replaced), ("3", LinkEnd::Moved)] {
        let new = stage.link(account, identity_key(subject));
        let change = stage
            .change(account)
            .write(Write::EndLink {
                id: old.id,
                identity: old.identity.clone(),
                end,
                at: START,
            })
            .write(Stage::insert(&new, Version::NEW));
        stage.commit(change).await.unwrap();
        assert_eq!(stage.store.links_of(account).await, Ok(vec![new.clone()]));
        let former = stage.store.identity(&old.identity).await.unwrap();
        assert!(former.links.is_empty());
        old = new;
    }
}
