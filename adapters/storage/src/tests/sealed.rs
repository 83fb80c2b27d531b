//! What is sealed belongs to its record.

use linking_core::ports::Store;

use super::fixture::Stand;
use crate::connection::query;

#[tokio::test]
async fn what_is_sealed_opens_in_its_own_record_alone() {
    let stand = Stand::with_school().await;
    let one = stand.person(super::fixture::teacher("one")).await;
    let other = stand.person(super::fixture::teacher("other")).await;
    let mut unit = stand.storage.begin().await.unwrap();
    let statement = query(
        "UPDATE account SET profile = (SELECT x.profile FROM account x WHERE x.id = $1) \
         WHERE id = $2",
    )
    .bind(one.account().id.uuid())
    .bind(other.account().id.uuid());
    unit.write_one("account", statement).await.unwrap();
    unit.commit().await.unwrap();
    let read = stand.storage.account(other.account().id).await;
    let Err(linking_core::ports::StoreError::Damaged(text)) = read else {
        panic!("{read:?}");
    };
    assert!(text.starts_with("the profile of acc_"), "{text}");
    assert!(
        stand
            .storage
            .account(one.account().id)
            .await
            .unwrap()
            .is_some()
    );
}
