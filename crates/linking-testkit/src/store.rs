//! What every store must do: cases, each on a fresh and empty store.
//!
//! [`store_conformance!`](crate::store_conformance) asks the ports alone.
//! [`store_trail_conformance!`](crate::store_trail_conformance) also looks at what no port reads:
//! audit records, events and consents, through a [`Trail`] that the store's own tests write.

pub mod cases;
pub mod contest;
pub mod sequence;
mod stage;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use linking_core::{
    audit::AuditRecord,
    consent::Consent,
    event::Event,
    ids::AccountId,
    ports::{Directory, Outbox, Register, Store},
};

/// A store with all four of its ports. Every type that has them is one.
pub trait ConformingStore: Store + Directory + Register + Outbox {}

impl<T: Store + Directory + Register + Outbox + ?Sized> ConformingStore for T {}

/// Reads what no port reads.
#[async_trait]
pub trait Trail: fmt::Debug + Send + Sync {
    /// Every audit record, by id.
    async fn audits(&self) -> Vec<AuditRecord>;

    /// Every event, by id.
    async fn events(&self) -> Vec<Event>;

    /// The consents of an account, in the order in which they came.
    async fn consents(&self, account: AccountId) -> Vec<Consent>;
}

/// What a case runs on: a shared store, or one with something that must live as long (a folder).
pub trait FreshStore {
    /// The store.
    fn store(&self) -> Arc<dyn ConformingStore>;
}

impl<T: ConformingStore + 'static> FreshStore for Arc<T> {
    fn store(&self) -> Arc<dyn ConformingStore> {
        let store: Self = Self::clone(self);
        store
    }
}

impl<T: ConformingStore + 'static, G> FreshStore for (Arc<T>, G) {
    fn store(&self) -> Arc<dyn ConformingStore> {
        self.0.store()
    }
}

/// What a case of the trail runs on: a store, its trail, and something that must live as long
/// (perhaps `()`).
pub trait FreshTrail {
    /// The store.
    fn store(&self) -> Arc<dyn ConformingStore>;

    /// What no port reads of it.
    fn trail(&self) -> Arc<dyn Trail>;
}

impl<T: ConformingStore + 'static, R: Trail + 'static, G> FreshTrail for (Arc<T>, Arc<R>, G) {
    fn store(&self) -> Arc<dyn ConformingStore> {
        FreshStore::store(&self.0)
    }

    fn trail(&self) -> Arc<dyn Trail> {
        let trail: Arc<R> = Arc::clone(&self.1);
        trail
    }
}

/// Writes one test for each case that a store must pass. The argument is an expression that gives
/// a future of a fresh, empty store: an `Arc` of it, or a pair of that and whatever must live as
/// long. It is evaluated once for each case. Ids that the store makes itself must rise.
#[macro_export]
macro_rules! store_conformance {
    ($fresh:expr $(,)?) => {
        $crate::store_tests! { $fresh;
            accounts {
                an_account_comes_back_as_it_was_put,
                an_almost_empty_account_comes_back,
                a_later_write_replaces_the_whole_account,
                a_stale_account_is_refused,
                a_login_is_one_accounts_alone,
                a_login_is_found_whatever_its_case,
                an_unknown_account_is_none,
            }
            families {
                a_snils_finds_accounts_of_its_region_alone,
                a_snils_finds_active_accounts_alone,
                a_corrected_snils_is_found_anew,
                a_family_is_seen_from_both_sides,
            }
            links {
                a_link_comes_back_as_it_was_made,
                an_unknown_identity_has_a_new_anchor,
                the_anchor_moves_with_link_and_unlink,
                invariant_1_one_link_of_a_provider_for_an_account,
                invariant_2_one_link_of_an_identity,
                c2_subjects_are_compared_as_octets,
                the_use_of_a_link_is_noted,
                a_link_that_is_over_is_a_conflict,
                an_edit_of_identity_data_moves_the_anchor,
                an_unlink_leaves_nothing_active,
                e1_a_link_moves_in_one_change,
                e2_a_link_is_replaced_in_one_change,
            }
            flows {
                a_flow_comes_back_in_every_state,
                a_flow_comes_back_with_every_purpose,
                an_unknown_flow_is_none,
                a_ticket_finds_its_flow_in_either_form,
                the_newest_flows_of_a_browser_stay,
                a_stale_flow_is_refused,
                a_flow_begins_once,
                e5_flows_of_an_account_end_by_scope,
            }
            sessions {
                a_session_comes_back_as_it_was_written,
                a_session_is_found_by_its_secret_alone,
                a4_an_old_secret_finds_nothing,
                a_stale_session_is_refused,
                a_secret_is_one_sessions_alone,
                a_use_moves_no_version,
                sessions_of_an_account_end_by_scope,
            }
            changes {
                nothing_of_a_refused_change_is_written,
                c13_a_stale_guard_is_refused,
                writes_are_applied_in_their_order,
                a_change_may_be_its_audit_record_alone,
            }
            history {
                a_line_comes_back_as_it_was_written,
                a_history_is_read_in_pages,
                each_reads_the_own_lines_alone,
            }
            attempts {
                f1_pauses_double_and_end_at_a_quarter_of_an_hour,
                f1_a_pause_counts_nothing,
                f1_the_longest_pause_is_told,
                counts_are_forgotten_after_their_window,
                f1_one_counter_is_cleared,
                f1_one_count_is_taken_back,
                f1_what_nobody_looked_at_is_forgotten,
                f1_a_counter_is_that_of_the_rule,
                f2_a_browser_is_known_to_one_account_until_its_end,
                counters_of_different_keys_are_different,
                f6_of_200_parallel_tries_no_more_than_the_limit_go,
            }
            directory {
                an_organization_comes_back,
                regions_come_by_name,
                words_and_numbers_find_an_organization,
                a_search_keeps_to_its_place,
                a_search_gives_the_first_and_counts_all,
                a_renamed_organization_is_found_anew,
                localities_come_by_name,
            }
            register {
                a_person_comes_back_as_the_register_said,
                an_import_counts_what_it_did,
                a_batch_with_an_unknown_reference_is_not_written,
                an_import_leaves_what_is_not_the_registers,
                an_import_of_identity_data_moves_the_anchor,
                a_closed_account_loses_sessions_and_flows,
                an_archived_account_loses_its_links,
                c13_a_guardianship_moves_both_accounts,
                passwords_are_printed_by_class_and_name,
                a_first_password_ends_what_was_before,
            }
            letters {
                d3_an_address_of_the_school_finds_its_accounts_alone,
                a_ticket_is_used_once,
                d2_the_restores_of_an_account_end,
                old_tickets_are_swept,
                i10_a_lease_holds_and_the_order_of_an_account_is_kept,
                h2_what_was_typed_goes_when_it_is_settled,
                i10_two_servers_take_nothing_twice,
            }
            sweep {
                a_sweep_removes_what_is_over_alone,
                a_sweep_keeps_to_its_limit,
            }
            races {
                e7_two_accounts_link_one_identity_at_once,
                e7_one_account_links_two_identities_at_once,
                e8_two_unlinks_at_once,
                a8_one_answer_is_claimed_once,
                a_session_that_ends_at_once_stays_ended,
            }
            last_way {
                e8_two_unlinks_never_take_the_last_way_in,
                e8_unlink_and_removal_of_the_password_leave_a_way_in,
                e8_unlink_where_the_other_provider_goes_off_leaves_a_way_in,
                e8_unlink_and_a_printed_password_leave_a_way_in,
            }
        }
    };
}

/// Writes one test for each case of the trail that a store must pass. The argument is an
/// expression that gives a future of a fresh, empty store, its [`Trail`](crate::store::Trail), and
/// whatever must live as long: `(Arc<Store>, Arc<Trail>, guard)`.
#[macro_export]
macro_rules! store_trail_conformance {
    ($fresh:expr $(,)?) => {
        $crate::store_trail_tests! { $fresh;
            invariant_8_one_audit_record_for_each_change,
            invariant_8_changes_that_happen_together_keep_their_records,
            the_same_audit_record_is_not_written_twice,
            i10_events_go_with_their_change,
            h3_a_consent_is_kept_and_withdrawn,
            h2_of_the_links_of_an_archived_account_nothing_stays,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! store_tests {
    ($fresh:expr; $($group:ident { $($case:ident,)+ })+) => {
        $(
            mod $group {
                use super::*;
                $(
                    #[test]
                    fn $case() {
                        $crate::run(async {
                            let fresh = ($fresh).await;
                            let store = $crate::store::FreshStore::store(&fresh);
                            $crate::store::cases::$group::$case(store).await;
                            drop(fresh);
                        });
                    }
                )+
            }
        )+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! store_trail_tests {
    ($fresh:expr; $($case:ident,)+) => {
        mod trail {
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::run(async {
                        let fresh = ($fresh).await;
                        let store = $crate::store::FreshTrail::store(&fresh);
                        let trail = $crate::store::FreshTrail::trail(&fresh);
                        $crate::store::cases::trail::$case(store, trail).await;
                        drop(fresh);
                    });
                }
            )+
        }
    };
}
