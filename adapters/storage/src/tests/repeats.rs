//! Requests that their senders may repeat.

use chrono::TimeDelta;
use linking_core::{
    ports::{Repeats, Sealed, Store, StoreError},
    repeat::FIRST_HOLDER,
    time::REPLY_LIFE,
};

use super::fixture::{Stand, after, now};

#[tokio::test]
async fn g15_of_two_requests_with_one_key_one_is_noted() {
    let stand = Stand::empty().await;
    let (key, digest) = (stand.tag("key"), stand.tag("digest"));
    let (one, other) = tokio::join!(
        stand.storage.begin_request(&key, &digest, now()),
        stand.storage.begin_request(&key, &digest, now()),
    );
    let mut noted = [one.unwrap(), other.unwrap()];
    noted.sort_by_key(Option::is_some);
    assert_eq!(noted[0], None);
    let known = noted[1].clone().unwrap();
    assert_eq!(known.digest, digest);
    assert_eq!(known.begun_at, now());
    assert_eq!((known.holder, known.reply), (FIRST_HOLDER, None));
}

#[tokio::test]
async fn g15_an_answer_is_kept_for_whoever_holds_the_request() {
    let stand = Stand::empty().await;
    let (key, digest, other) = (stand.tag("key"), stand.tag("one"), stand.tag("other"));
    let storage = &stand.storage;
    storage.begin_request(&key, &digest, now()).await.unwrap();
    let reply = Sealed::new(vec![1, 2, 3]);
    storage
        .keep_reply(&key, FIRST_HOLDER, &reply, now())
        .await
        .unwrap();
    let known = storage.begin_request(&key, &other, now()).await.unwrap();
    let known = known.unwrap();
    assert_eq!(
        (&known.digest, &known.reply),
        (&digest, &Some(reply.clone()))
    );

    // Taken over: the former holder neither answers nor forgets it any more.
    let held = storage
        .take_request_over(&key, &known, &other, now())
        .await
        .unwrap();
    assert_eq!(
        storage.take_request_over(&key, &known, &other, now()).await,
        Err(StoreError::Conflict("request"))
    );
    storage
        .keep_reply(&key, FIRST_HOLDER, &reply, now())
        .await
        .unwrap();
    storage.forget_request(&key, FIRST_HOLDER).await.unwrap();
    let known = storage.begin_request(&key, &digest, now()).await.unwrap();
    let known = known.unwrap();
    assert_eq!((known.digest, known.reply), (other, None));
    storage.forget_request(&key, held).await.unwrap();
    let known = storage.begin_request(&key, &digest, now()).await;
    assert_eq!(known, Ok(None));
}

#[tokio::test]
async fn an_answer_is_swept_after_a_day() {
    let stand = Stand::empty().await;
    let (key, digest) = (stand.tag("key"), stand.tag("digest"));
    let storage = &stand.storage;
    storage.begin_request(&key, &digest, now()).await.unwrap();
    let early = after(REPLY_LIFE - TimeDelta::seconds(1));
    assert_eq!(storage.sweep(early, 10).await, Ok(0));
    assert_eq!(stand.rows("request").await, 1);
    assert_eq!(storage.sweep(after(REPLY_LIFE), 10).await, Ok(1));
    assert_eq!(stand.rows("request").await, 0);
}
