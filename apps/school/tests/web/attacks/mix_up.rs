//! Mix-up of two stands of one kind in one installation (`threats.md` A10).

use std::sync::atomic::Ordering;

use crate::{
    browser::{Browser, state_of},
    world::{World, second_stand},
};

const FIRST: &str = "https://esia.test/";
const SECOND: &str = "https://second.test/";

async fn world() -> World {
    World::with_policy(|policy| {
        policy.providers.insert(second_stand());
    })
    .await
}

/// Begins at the stand of that name; gives the state.
async fn begun(browser: &mut Browser, world: &World, stand: &str) -> String {
    let address = format!("/sign-in?organization={}", world.school);
    let page = browser.get(&address).await;
    let page = browser
        .submit(page.form(&format!("/sign-in/{stand}")))
        .await;
    state_of(&page)
}

fn asked(world: &World) -> (u64, u64) {
    let calls = |provider: &crate::world::CodedProvider| provider.calls.load(Ordering::SeqCst);
    (calls(&world.provider), calls(&world.second))
}

#[tokio::test]
async fn a10_an_answer_of_the_other_stand_is_refused_and_no_adapter_is_asked() {
    let world = world().await;
    let iss = |value: &str| format!("&iss={value}");
    for (stand, own, other, promises) in [
        ("gosuslugi", FIRST, SECOND, false),
        ("gosuslugi-test", SECOND, FIRST, true),
    ] {
        let elsewhere = if promises {
            "gosuslugi"
        } else {
            "gosuslugi-test"
        };
        let bare = own.trim_end_matches('/');
        let mut wrong = vec![
            iss(other),
            iss(bare),
            iss(&format!("{own}/")),
            iss(&own.to_uppercase()),
            iss(""),
        ];
        if promises {
            wrong.push(String::new());
        }
        for more in wrong {
            let mut browser = Browser::new(&world);
            let state = begun(&mut browser, &world, stand).await;
            let answer = format!("code=svetlana&state={state}{more}");
            let page = browser
                .get(&format!("/auth/{stand}/callback?{answer}"))
                .await;
            assert_eq!(page.refusal(), "provider-answer-invalid", "{stand} {more}");
            assert!(!page.body.contains("second.test"), "nothing of it is shown");
        }
        let mut browser = Browser::new(&world);
        let state = begun(&mut browser, &world, stand).await;
        let twice = format!("code=svetlana&state={state}{0}{0}", iss(own));
        let page = browser
            .look(&format!("/auth/{stand}/callback?{twice}"))
            .await;
        assert_eq!(page.status, 400, "{stand}");
        for named in [iss(own), iss(other), String::new()] {
            let answer = format!("code=svetlana&state={state}{named}");
            let page = browser
                .look(&format!("/auth/{elsewhere}/callback?{answer}"))
                .await;
            assert_eq!(page.refusal(), "flow-not-yours", "{stand} {named}");
        }
        assert_eq!(asked(&world), (0, 0), "no token request is made");
        // The right answer is still taken.
        let answer = format!("code=svetlana&state={state}{}", iss(own));
        let page = browser
            .get(&format!("/auth/{stand}/callback?{answer}"))
            .await;
        assert_eq!(page.name(), "not-linked", "{}", page.body);
        world.provider.calls.store(0, Ordering::SeqCst);
        world.second.calls.store(0, Ordering::SeqCst);
    }
}
