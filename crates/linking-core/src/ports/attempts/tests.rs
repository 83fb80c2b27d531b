use proptest::prelude::*;

use super::*;

/// A begun try and what became of it, as a slow list that forgets nothing.
#[derive(Debug, Clone, Copy)]
struct Try {
    at: Timestamp,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    UnderWay,
    Stands,
    Returned,
}

/// Of a minute and a half: as long as a begun try may live, and longer.
const SECONDS: i64 = 90;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(1_000_000 * 30 + seconds)
}

fn hourly() -> AttemptLimit {
    AttemptLimit {
        key: Tag::new(1, [7; 32]),
        window: TimeDelta::hours(1),
        pause_from: 5,
        block_from: 10,
        block_for: TimeDelta::minutes(15),
    }
}

/// As the counter of another person's identity: five a day, and a day's pause at once.
fn daily() -> AttemptLimit {
    AttemptLimit {
        window: TimeDelta::days(1),
        block_from: 5,
        block_for: TimeDelta::days(1),
        ..hourly()
    }
}

fn begin(count: AttemptCount, limit: &AttemptLimit, now: Timestamp) -> AttemptCount {
    assert_eq!(count.shut(limit, now), None, "{count:?}");
    count.counted(limit, Tried::Begun, now).0
}

#[test]
fn f1_what_was_begun_and_never_judged_shuts_for_a_minute_at_most_and_accuses_nobody() {
    for limit in [hourly(), daily()] {
        let mut count = AttemptCount::new(at(0));
        for second in 0..5 {
            count = begin(count, &limit, at(second));
        }
        // As many are under way as may be: the sixth waits, but no day and no quarter of an hour.
        let until = count.shut(&limit, at(5)).unwrap();
        assert!(until <= at(5) + ATTEMPT_LIFE * 2, "{until}");
        assert!(until > at(5) + ATTEMPT_LIFE / 2, "{until}");
        // Nobody ever says what they came to.
        assert_eq!(count.shut(&limit, until), None);
        let (count, last) = count.counted(&limit, Tried::Begun, until);
        assert_eq!((count.stood, last), (0, None));
    }
}

#[test]
fn f1_five_cuts_in_a_day_leave_all_tries_of_the_day() {
    let limit = daily();
    let mut count = AttemptCount::new(at(0));
    for cut in 0..50 {
        count = begin(count, &limit, at(cut * SECONDS));
    }
    let now = at(50 * SECONDS);
    for _ in 1..5 {
        count = begin(count, &limit, now).stands(now);
    }
    assert_eq!(count.shut(&limit, now), None);
    count = begin(count, &limit, now).stands(now);
    assert_eq!(count.shut(&limit, now), Some(now + TimeDelta::days(1)));
}

#[test]
fn f6_no_more_are_under_way_than_may_be_wrong() {
    let limit = hourly();
    let now = at(0);
    for stood in 0..=12_u16 {
        let mut count = AttemptCount {
            stood,
            ..AttemptCount::new(now)
        };
        let mut begun = 0;
        while count.shut(&limit, now).is_none() {
            count = count.counted(&limit, Tried::Begun, now).0;
            begun += 1;
        }
        assert_eq!(begun, 5_u16.saturating_sub(stood).max(1), "{stood}");
    }
}

#[test]
fn f1_a_pause_comes_of_what_stands_and_is_what_was_told() {
    let limit = hourly();
    let mut count = AttemptCount::new(at(0));
    let mut told = None;
    for second in 0..5 {
        (count, told) = count.counted(&limit, Tried::Begun, at(second));
    }
    assert_eq!(told, Some(at(4) + TimeDelta::minutes(1)));
    // They come to their ends in another order.
    for second in [4, 0, 3, 1] {
        count = count.stands(at(second));
        let until = count.shut(&limit, at(5)).unwrap();
        assert_ne!(Some(until), told, "one is still under way");
    }
    assert_eq!(count.stands(at(2)).shut(&limit, at(5)), told);
    assert_eq!(count.returned(at(2)).shut(&limit, at(5)), None);
}

#[test]
fn f1_what_is_given_back_late_takes_nothing_from_others() {
    let limit = hourly();
    let count = begin(AttemptCount::new(at(0)), &limit, at(0));
    let later = at(SECONDS);
    let count = begin(count, &limit, later);
    assert_eq!(count.returned(at(0)), count, "forgotten before");
    let count = count.stands(at(0));
    assert_eq!((count.stood, count.begun), (1, 1), "judged late, it stands");
}

#[test]
fn i12_a_clock_that_is_behind_brings_nothing_forgotten_back() {
    let limit = hourly();
    let mut count = begin(AttemptCount::new(at(60)), &limit, at(60));
    count = begin(count, &limit, at(31));
    assert_eq!(
        (count.span, count.under_way()),
        (AttemptSpan::of(at(60)), 2)
    );
    assert_eq!(count.returned(at(31)).returned(at(60)).under_way(), 0);
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::UnderWay),
        Just(Fate::Stands),
        Just(Fate::Returned)
    ]
}

proptest! {
    /// Against a list of all tries: what stands is counted exactly, what is under way counts at
    /// least for half a minute and at most for a whole one.
    #[test]
    fn f1_a_counter_is_what_the_list_of_its_tries_says(
        tries in prop::collection::vec((0_i64..12, fate(), any::<bool>()), 0..40),
    ) {
        // Wide: nothing is shut, so that the list is the counter's whole story.
        let limit = AttemptLimit { pause_from: 1000, block_from: 2000, ..hourly() };
        let mut count = AttemptCount::new(at(0));
        let mut list: Vec<Try> = Vec::new();
        let mut now = at(0);
        for (seconds, fate, late) in tries {
            now += TimeDelta::seconds(seconds);
            count = count.counted(&limit, Tried::Begun, now).0;
            list.push(Try { at: now, fate: Fate::UnderWay });
            // The newest comes to its end, or one of before.
            let which = if late { list.iter().position(|t| t.fate == Fate::UnderWay) } else { None };
            let settled = which.unwrap_or(list.len() - 1);
            list[settled].fate = fate;
            count = match fate {
                Fate::UnderWay => count,
                Fate::Stands => count.stands(list[settled].at),
                Fate::Returned => count.returned(list[settled].at),
            };
            let of = |fate, from: Timestamp| {
                list.iter().filter(|t| t.fate == fate && t.at > from).count()
            };
            prop_assert_eq!(usize::from(count.stood), of(Fate::Stands, Timestamp::MIN_UTC));
            let under_way = usize::from(count.now(&limit, now).under_way());
            prop_assert!(under_way >= of(Fate::UnderWay, now - ATTEMPT_LIFE));
            prop_assert!(under_way <= of(Fate::UnderWay, now - ATTEMPT_LIFE * 2));
        }
    }

    #[test]
    fn f1_counts_grow_within_the_window_and_begin_anew_after(
        stood in 0_u16..100, seconds in -100_i64..10_000,
    ) {
        let (from, limit) = (at(0), hourly());
        let now = from + TimeDelta::seconds(seconds);
        let before = AttemptCount { stood, ..AttemptCount::new(from) };
        let (after, last) = before.counted(&limit, Tried::Done, now);
        let within = seconds < 3600;
        prop_assert_eq!(after.stood, if within { stood + 1 } else { 1 });
        prop_assert_eq!(after.window_from, if within { from } else { now });
        prop_assert_eq!(last.is_some(), after.stood >= 5);
        prop_assert_eq!(after.shut(&limit, now), last);
        prop_assert!(after.ends_at(&limit, now) >= after.window_from + limit.window);
        prop_assert!(last.is_none_or(|until| after.ends_at(&limit, now) >= until));
    }
}
