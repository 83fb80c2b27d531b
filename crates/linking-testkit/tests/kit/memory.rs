//! The memory store passes the cases of stores.

use std::sync::Arc;

use linking_testkit::MemoryStore;

fn fresh() -> (Arc<MemoryStore>, Arc<MemoryStore>, ()) {
    let store = Arc::new(MemoryStore::default());
    (Arc::clone(&store), store, ())
}

linking_testkit::store_conformance!(async { fresh().0 });
linking_testkit::store_trail_conformance!(async { fresh() });
