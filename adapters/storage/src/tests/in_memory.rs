//! On SQLite in memory.

use super::stand::in_memory;

linking_testkit::store_conformance!(in_memory());
