//! The last way in, pulled at from two sides at once.

use std::sync::Arc;

use crate::store::{ConformingStore, contest};

/// How often each contest is held on a store that shows how it does in the suite.
const ROUNDS: u32 = 12;

/// See [`contest::two_unlinks`].
pub async fn e8_two_unlinks_never_take_the_last_way_in(store: Arc<dyn ConformingStore>) {
    contest::two_unlinks([Arc::clone(&store), store], ROUNDS).await;
}

/// See [`contest::unlink_and_no_password`].
pub async fn e8_unlink_and_removal_of_the_password_leave_a_way_in(store: Arc<dyn ConformingStore>) {
    contest::unlink_and_no_password([Arc::clone(&store), store], ROUNDS).await;
}

/// See [`contest::unlink_and_switch_off`].
pub async fn e8_unlink_where_the_other_provider_goes_off_leaves_a_way_in(
    store: Arc<dyn ConformingStore>,
) {
    contest::unlink_and_switch_off([Arc::clone(&store), store], ROUNDS).await;
}

/// See [`contest::unlink_and_new_password`].
pub async fn e8_unlink_and_a_printed_password_leave_a_way_in(store: Arc<dyn ConformingStore>) {
    contest::unlink_and_new_password([Arc::clone(&store), store], ROUNDS).await;
}
