//! The vault's key is exchanged while people are in the midst of things (`threats.md` I6).

use linking_core::{person::Snils, ports::Store};
use linking_storage::{KeysError, UnderKey, Unreadable};

use crate::{
    browser::Browser,
    world::{PASSWORD, World},
};

/// The SNILS of one person of the register.
const SNILS: &str = "112-233-445 95";

/// Seals everything anew, in batches of one.
async fn seal_all(world: &World) -> u64 {
    let (mut after, mut rewritten) = (None, 0);
    loop {
        let batch = world
            .storage
            .reseal_batch(after, 1, Unreadable::Leave)
            .await
            .unwrap();
        assert_eq!(batch.unreadable, 0);
        rewritten += batch.rewritten;
        match batch.last {
            None => return rewritten,
            last => after = last,
        }
    }
}

#[tokio::test]
async fn i6_a_key_is_exchanged_in_the_midst_of_every_journey_and_nothing_fails() {
    let world = World::new().await;
    // One is signed in, one stands before the password, one is at the provider.
    let mut signed_in = Browser::new(&world);
    signed_in.sign_in(&world, "second30", PASSWORD).await;
    let settings = signed_in.get("/settings").await;
    let mut midway = Browser::new(&world);
    let state = midway.start(&world).await;
    let page = midway.come_back("svetlana", &state).await;
    let agree = page.form("/agree");
    let mut at_provider = Browser::new(&world);
    let ticket = at_provider.start(&world).await;

    world.vault.rotate();
    assert_eq!(signed_in.get("/settings").await.name(), "settings");
    let midway_page = midway.submit(agree).await;
    assert_eq!(midway_page.name(), "prove", "{}", midway_page.body);
    let page = at_provider.come_back("bare", &ticket).await;
    assert_eq!(page.name(), "not-linked", "{}", page.body);

    let accounts = world.storage.under_key(1).await.unwrap().accounts;
    assert!(accounts > 3, "{accounts}");
    assert_eq!(seal_all(&world).await, accounts);
    assert_eq!(world.storage.under_key(1).await.unwrap().accounts, 0);
    assert_eq!(seal_all(&world).await, 0, "once is enough");

    // And all of them go on, with the forms of before, into a link.
    let form = midway_page
        .form("/prove")
        .with("login", "dmitrieva30")
        .with("password", PASSWORD);
    let page = midway.submit(form).await;
    assert_eq!(page.name(), "contacts", "{}", page.body);
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    let page = signed_in.submit(settings.form("/sign-out")).await;
    assert_eq!(page.name(), "signed-out", "{}", page.body);
}

#[tokio::test]
async fn i6_an_old_key_is_not_let_go_before_nothing_needs_it() {
    let world = World::new().await;
    let own = |versions: &[u8]| {
        let print = |version: &u8| (*version, format!("print of {version}"));
        versions.iter().map(print).collect()
    };
    world.storage.register_keys(&own(&[1])).await.unwrap();
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "second30", PASSWORD).await;
    Browser::new(&world).start(&world).await;
    world.vault.rotate();
    world.storage.register_keys(&own(&[1, 2])).await.unwrap();
    let snils = Snils::parse(SNILS).unwrap();
    let region = "65".parse().unwrap();
    let found = async || {
        let found = world.storage.accounts_by_snils(&region, &snils).await;
        found.unwrap().len()
    };
    assert_eq!(found().await, 1, "by the tag of the former key");
    let Err(KeysError::Needed {
        version: 1,
        accounts,
        sessions: 1,
        flows: 1,
    }) = world.storage.forget_key(1).await
    else {
        panic!("it is still needed");
    };
    assert!(accounts > 3);
    seal_all(&world).await;
    assert!(world.storage.forget_key(1).await.is_err(), "by a session");
    world.storage.end_under_key(1).await.unwrap();
    assert_eq!(
        world.storage.under_key(1).await.unwrap(),
        UnderKey::default()
    );
    world.storage.forget_key(1).await.unwrap();
    world.storage.check_keys(&own(&[2])).await.unwrap();

    // Now the key itself may go: everybody is read, and found by the SNILS.
    world.vault.drop_former();
    assert_eq!(found().await, 1);
    browser.sign_in(&world, "second30", PASSWORD).await;
    assert_eq!(browser.get("/settings").await.name(), "settings");
}

#[tokio::test]
async fn i5_a_server_with_another_key_or_without_one_is_told_which() {
    let world = World::new().await;
    let keys = |keys: &[(u8, &str)]| {
        keys.iter()
            .map(|(version, print)| (*version, (*print).to_owned()))
            .collect()
    };
    let ours = keys(&[(1, "aaaa"), (2, "bbbb")]);
    world.storage.register_keys(&ours).await.unwrap();
    world.storage.register_keys(&ours).await.unwrap();
    let other = world
        .storage
        .register_keys(&keys(&[(1, "cccc"), (3, "dddd")]))
        .await
        .unwrap_err();
    assert!(
        matches!(&other, KeysError::Other { version: 1, here, known } if here == "cccc" && known == "aaaa"),
        "{other}"
    );
    assert_eq!(
        world.storage.known_keys().await.unwrap(),
        ours,
        "a server that does not fit makes nothing known"
    );
    let missing = world.storage.check_keys(&keys(&[(1, "aaaa")])).await;
    assert!(
        matches!(missing, Err(KeysError::Missing { version: 2, .. })),
        "{missing:?}"
    );
}
