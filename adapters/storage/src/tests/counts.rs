//! What goes to the database for a sign-in of a linked person, and for pages (`architecture.md`,
//! Speed by design: at most 12 statements and 3 commits).

use linking_core::{
    account::Version,
    audit::{Act, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    link::FlowPurpose,
    ports::{Directory, Store},
    provider::AssuranceLevel,
    session::SignInWay,
    time::FLOWS_PER_BROWSER,
};

use super::fixture::{Stand, identity, now, provider, teacher};

#[tokio::test]
async fn a_sign_in_of_a_linked_person_is_eleven_statements_and_three_commits() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let link = stand.link(sheet.account().id, "1");
    stand
        .storage
        .commit(stand.link_change(&sheet, &link, Version::NEW))
        .await
        .unwrap();
    let store = &stand.storage;
    let before = store.statements();

    // The press: the region's policy, the flow.
    store.region(&"r1".parse().unwrap()).await.unwrap().unwrap();
    let flow = stand.flow("browser", FlowPurpose::SignIn);
    store.insert_flow(&flow, FLOWS_PER_BROWSER).await.unwrap();
    // The answer: claim, identity, commit.
    let flow = store
        .flow_by_ticket(&flow.tickets().uuid)
        .await
        .unwrap()
        .unwrap();
    let (claimed, _) = flow.value.claim(now()).unwrap();
    let version = store.put_flow(&claimed, flow.version).await.unwrap();
    let known = store.identity(&identity("1")).await.unwrap();
    let linked = known.links.first().unwrap();
    let account = linked.sheet.account();
    let session = stand.session(account.id, account.epoch);
    let closed = claimed.signed_in(account.id, session.id).unwrap();
    let way = SignInWay::Link {
        provider: provider(),
        link: linked.link.id,
    };
    let mut audit = stand.audit(Act::SignedIn { way: way.clone() });
    audit.concerns = vec![Concern {
        account: account.id,
        notice: Notice::SignedIn { way },
    }];
    let change = ChangeSet::new(audit)
        .guard(Guard::Account {
            id: account.id,
            read: linked.sheet.account.version,
        })
        .write(Write::PutFlow {
            flow: Box::new(closed),
            read: version,
        })
        .write(Write::UseLink {
            id: linked.link.id,
            assurance: AssuranceLevel::Verified,
            at: now(),
        })
        .write(Write::InsertSession(session));
    store.commit(change).await.unwrap();

    let spent = store.statements().since(before);
    assert_eq!((spent.statements, spent.commits), (11, 3));
    assert_eq!(
        (
            spent.acts.iter().sum::<u64>(),
            spent.conflicts,
            spent.faults
        ),
        (1, 0, 0),
        "one act on the trail"
    );
}

#[tokio::test]
async fn pages_cost_the_same_whatever_an_account_has() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let account = sheet.account();
    let session = stand.session(account.id, account.epoch);
    stand
        .write([Write::InsertSession(session.clone())])
        .await
        .unwrap();
    let cost = async || {
        let before = stand.storage.statements();
        stand
            .storage
            .session(&session.secret)
            .await
            .unwrap()
            .unwrap();
        stand.storage.sessions_of(account.id).await.unwrap();
        stand.storage.links_of(account.id).await.unwrap();
        stand.storage.history(account.id, None, 50).await.unwrap();
        stand.storage.family(account.id).await.unwrap();
        stand.storage.statements().since(before)
    };
    let poor = cost().await;
    for number in 0..50 {
        let mut link = stand.link(account.id, &format!("subject {number}"));
        link.provider = format!("provider-{number}").parse().unwrap();
        stand
            .storage
            .commit(stand.link_change(&sheet, &link, Version::NEW))
            .await
            .unwrap();
        let another = stand.session(account.id, account.epoch);
        stand.write([Write::InsertSession(another)]).await.unwrap();
    }
    assert_eq!(cost().await, poor);
    assert_eq!((poor.statements, poor.commits), (5, 0));
}
