//! Counters of wrong passwords (`threats.md` F1, F6; `domain.md`, Numbers).

use std::sync::Arc;

use chrono::TimeDelta;
use linking_core::{
    account::Account,
    change::Write,
    ports::{AttemptCount, AttemptLimit, AttemptVerdict, Tag, Tried},
    time::{ATTEMPT_LIFE, Timestamp},
};

use crate::{
    people::START,
    store::{
        ConformingStore,
        stage::{Stage, minutes},
    },
};

/// As the login's counter: pause from the fifth in an hour, a quarter of an hour from the tenth.
fn limit(key: Tag) -> AttemptLimit {
    AttemptLimit {
        key,
        window: TimeDelta::hours(1),
        pause_from: 5,
        block_from: 10,
        block_for: TimeDelta::minutes(15),
    }
}

async fn begin_at(stage: &Stage, limits: &[AttemptLimit], now: Timestamp) -> AttemptVerdict {
    let verdict = stage.store.count_attempt(limits, Tried::Begun, now);
    verdict.await.unwrap()
}

/// A try that is judged at once, and stands.
async fn try_at(stage: &Stage, limits: &[AttemptLimit], now: Timestamp) -> AttemptVerdict {
    let verdict = begin_at(stage, limits, now).await;
    if matches!(verdict, AttemptVerdict::Go { .. }) {
        for limit in limits {
            write(stage, stands(limit, now)).await;
        }
    }
    verdict
}

const fn stands(limit: &AttemptLimit, begun_at: Timestamp) -> Write {
    Write::StandAttempt {
        counter: limit.key,
        begun_at,
    }
}

const fn returned(limit: &AttemptLimit, begun_at: Timestamp) -> Write {
    Write::ReturnAttempt {
        counter: limit.key,
        begun_at,
    }
}

const GO: AttemptVerdict = AttemptVerdict::Go { last: None };

fn last(until: Timestamp) -> AttemptVerdict {
    AttemptVerdict::Go { last: Some(until) }
}

fn paused(until: Timestamp) -> AttemptVerdict {
    AttemptVerdict::Paused { until }
}

async fn write(stage: &Stage, write: Write) {
    let change = stage.change(stage.id()).write(write);
    stage.commit(change).await.unwrap();
}

/// The fifth wrong password in an hour pauses for a minute, each further one twice as long up to
/// fifteen; from the tenth on it is fifteen at once. A pause is over at its very end.
pub async fn f1_pauses_double_and_end_at_a_quarter_of_an_hour(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let limits = [limit(stage.tag())];
    let mut now = START;
    for _ in 1..5 {
        assert_eq!(try_at(&stage, &limits, now).await, GO);
    }
    for pause in [1, 2, 4, 8, 15, 15] {
        let until = now + TimeDelta::minutes(pause);
        assert_eq!(
            try_at(&stage, &limits, now).await,
            last(until),
            "{pause} min"
        );
        for within in [now, until - TimeDelta::microseconds(1)] {
            assert_eq!(try_at(&stage, &limits, within).await, paused(until));
        }
        now = until;
    }
}

/// What is tried while a pause holds is not counted, on no counter at all.
pub async fn f1_a_pause_counts_nothing(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let (login, network) = (limit(stage.tag()), limit(stage.tag()));
    for _ in 1..5 {
        try_at(&stage, &[login], START).await;
    }
    let until = minutes(1);
    assert_eq!(try_at(&stage, &[login], START).await, last(until));
    for _ in 0..20 {
        assert_eq!(
            try_at(&stage, &[network, login], START).await,
            paused(until)
        );
        assert_eq!(
            try_at(&stage, &[login, network], START).await,
            paused(until)
        );
    }
    // The network has counted none of them, the login no more than its five.
    for _ in 1..5 {
        assert_eq!(try_at(&stage, &[network], START).await, GO);
    }
    assert_eq!(try_at(&stage, &[network], START).await, last(until));
    assert_eq!(try_at(&stage, &[login], until).await, last(minutes(3)));
}

/// Of several counters the strictest speaks: the longest pause is what is told.
pub async fn f1_the_longest_pause_is_told(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let short = AttemptLimit {
        pause_from: 1,
        block_from: 100,
        ..limit(stage.tag())
    };
    let day = AttemptLimit {
        window: TimeDelta::days(1),
        pause_from: 1,
        block_from: 1,
        block_for: TimeDelta::days(1),
        ..limit(stage.tag())
    };
    let easy = limit(stage.tag());
    let tomorrow = START + TimeDelta::days(1);
    assert_eq!(
        try_at(&stage, &[short, easy], START).await,
        last(minutes(1))
    );
    let both = [easy, day];
    assert_eq!(try_at(&stage, &both, START).await, last(tomorrow));
    assert_eq!(try_at(&stage, &[short, day], START).await, paused(tomorrow));
    assert_eq!(
        try_at(&stage, &[day, short], minutes(2)).await,
        paused(tomorrow)
    );
    assert_eq!(try_at(&stage, &[short], minutes(2)).await, last(minutes(4)));
}

/// Counts are forgotten when their window is over: an hour for one counter, a day for another.
pub async fn counts_are_forgotten_after_their_window(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    for window in [TimeDelta::hours(1), TimeDelta::days(1)] {
        let within = AttemptLimit {
            window,
            ..limit(stage.tag())
        };
        let after = AttemptLimit {
            window,
            ..limit(stage.tag())
        };
        for _ in 1..5 {
            assert_eq!(try_at(&stage, &[within, after], START).await, GO);
        }
        let late = START + window - TimeDelta::microseconds(1);
        let until = late + TimeDelta::minutes(1);
        assert_eq!(try_at(&stage, &[within], late).await, last(until));
        for _ in 1..5 {
            assert_eq!(try_at(&stage, &[after], START + window).await, GO);
        }
        let until = START + window + TimeDelta::minutes(1);
        assert_eq!(try_at(&stage, &[after], START + window).await, last(until));
    }
}

/// A counter is cleared by itself, with its pause; others keep theirs (`threats.md` F1: a right
/// password clears the account's counter, never the network's).
pub async fn f1_one_counter_is_cleared(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let (login, network) = (limit(stage.tag()), limit(stage.tag()));
    for _ in 1..=5 {
        try_at(&stage, &[login, network], START).await;
    }
    write(&stage, Write::ClearAttempts(login.key)).await;
    for _ in 1..5 {
        assert_eq!(try_at(&stage, &[login], START).await, GO);
    }
    assert_eq!(try_at(&stage, &[network], START).await, paused(minutes(1)));
    write(&stage, Write::ClearAttempts(stage.tag())).await;
}

/// One count is taken back, and no more than one (`threats.md` F1: one own account does not wash
/// a hundred guesses).
pub async fn f1_one_count_is_taken_back(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let network = limit(stage.tag());
    for _ in 1..5 {
        try_at(&stage, &[network], START).await;
    }
    for _ in 0..3 {
        assert_eq!(begin_at(&stage, &[network], START).await, last(minutes(1)));
        write(&stage, returned(&network, START)).await;
    }
    assert_eq!(try_at(&stage, &[network], START).await, last(minutes(1)));
    // The pause of what stands outlives a right password that was begun before it.
    write(&stage, returned(&network, START)).await;
    assert_eq!(try_at(&stage, &[network], START).await, paused(minutes(1)));
    assert_eq!(
        try_at(&stage, &[network], minutes(1)).await,
        last(minutes(3))
    );
    // A counter of nothing stays one.
    let fresh = limit(stage.tag());
    write(&stage, returned(&fresh, START)).await;
    write(&stage, stands(&fresh, START)).await;
    try_at(&stage, &[fresh], START).await;
    for _ in 0..3 {
        write(&stage, returned(&fresh, START)).await;
    }
    for _ in 2..5 {
        assert_eq!(try_at(&stage, &[fresh], START).await, GO);
    }
    assert_eq!(try_at(&stage, &[fresh], START).await, last(minutes(1)));
}

/// A try that was begun and of which nobody says what it came to holds others back for a minute
/// at most; then it never was.
pub async fn f1_what_nobody_looked_at_is_forgotten(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let day = AttemptLimit {
        window: TimeDelta::days(1),
        block_from: 5,
        block_for: TimeDelta::days(1),
        ..limit(stage.tag())
    };
    for _ in 1..5 {
        assert_eq!(begin_at(&stage, &[day], START).await, GO);
    }
    let tomorrow = START + TimeDelta::days(1);
    assert_eq!(begin_at(&stage, &[day], START).await, last(tomorrow));
    let until = match begin_at(&stage, &[day], START).await {
        AttemptVerdict::Paused { until } => until,
        AttemptVerdict::Go { .. } => START,
    };
    assert!(until > START && until <= START + ATTEMPT_LIFE * 2);
    for _ in 1..5 {
        assert_eq!(try_at(&stage, &[day], until).await, GO);
    }
    let tomorrow = until + TimeDelta::days(1);
    assert_eq!(try_at(&stage, &[day], until).await, last(tomorrow));
    assert_eq!(begin_at(&stage, &[day], until).await, paused(tomorrow));
}

/// Counted, judged, given back and lost in many orders, the stored counter says what
/// [`AttemptCount`] says.
pub async fn f1_a_counter_is_that_of_the_rule(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let limit = limit(stage.tag());
    let mut rule: Option<AttemptCount> = None;
    let mut under_way = Vec::new();
    let (mut now, mut dice) = (START, 7_u64);
    let (mut gone, mut shut) = (0, 0);
    for _ in 0..200 {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let thrown = dice >> 33;
        now += TimeDelta::seconds(i64::try_from(thrown % 12).unwrap());
        if thrown % 31 == 0 {
            now += TimeDelta::minutes(20);
        }
        let verdict = begin_at(&stage, &[limit], now).await;
        let before = rule.unwrap_or_else(|| AttemptCount::new(now));
        if let Some(until) = before.shut(&limit, now) {
            assert_eq!(verdict, paused(until), "{before:?} at {now}");
            shut += 1;
            if thrown % 3 == 0 {
                now = until;
            }
        } else {
            let (after, last) = before.counted(&limit, Tried::Begun, now);
            assert_eq!(verdict, AttemptVerdict::Go { last }, "{before:?} at {now}");
            rule = Some(after);
            under_way.push(now);
            gone += 1;
        }
        // One of three comes to its end; some of them late, some never.
        if (thrown / 40) % 3 > 0 && !under_way.is_empty() {
            let which = usize::try_from(thrown / 120).unwrap() % under_way.len();
            let begun_at = under_way.remove(which);
            if (thrown / 7) % 4 == 0 {
                rule = rule.map(|count| count.stands(begun_at));
                write(&stage, stands(&limit, begun_at)).await;
            } else {
                rule = rule.map(|count| count.returned(begun_at));
                write(&stage, returned(&limit, begun_at)).await;
            }
        }
    }
    assert!(gone > 50 && shut > 20, "{gone} went on, {shut} did not");
}

/// A browser is known to the owner of a login until its end, and at the account's epoch alone
/// (`threats.md` F2).
pub async fn f2_a_browser_is_known_to_one_account_until_its_end(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let owner = stage.teacher().await.account.value;
    let other = stage.adult().await.account.value;
    let browser = stage.tag();
    let known = async |account: &Account, browser: &Tag, now| {
        let known = stage.store.knows_browser(&account.login, browser, now);
        known.await.unwrap()
    };
    assert!(!known(&owner, &browser, START).await);
    let mark = |epoch, until| Write::KnowBrowser {
        account: owner.id,
        browser,
        epoch,
        until,
    };
    write(&stage, mark(owner.epoch, minutes(1))).await;
    write(&stage, mark(owner.epoch, minutes(5))).await;
    assert!(known(&owner, &browser, START).await);
    assert!(known(&owner, &browser, minutes(4)).await);
    assert!(!known(&owner, &browser, minutes(5)).await);
    assert!(!known(&other, &browser, START).await);
    assert!(!known(&owner, &stage.tag(), START).await);
    write(&stage, mark(owner.epoch.next(), minutes(5))).await;
    assert!(!known(&owner, &browser, START).await);
    write(&stage, mark(owner.epoch, minutes(5))).await;
    stage.store.sweep(minutes(5), 100).await.unwrap();
    assert!(!known(&owner, &browser, START).await);
}

/// The key's version is part of a counter's name.
pub async fn counters_of_different_keys_are_different(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let one = limit(stage.tag());
    let other = limit(Tag::new(9, *one.key.bytes()));
    for _ in 1..=5 {
        try_at(&stage, &[one], START).await;
    }
    assert_eq!(try_at(&stage, &[one], START).await, paused(minutes(1)));
    assert_eq!(try_at(&stage, &[other], START).await, GO);
}

/// Two hundred tries at once get no more than the limit through (`threats.md` F6: each that gets
/// through costs a hash).
pub async fn f6_of_200_parallel_tries_no_more_than_the_limit_go(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let (login, network) = (limit(stage.tag()), limit(stage.tag()));
    let wide = AttemptLimit {
        pause_from: 300,
        block_from: 600,
        ..network
    };
    let tries: Vec<_> = (0..200)
        .map(|_| {
            let stage = stage.clone();
            tokio::spawn(async move { begin_at(&stage, &[login, wide], START).await })
        })
        .collect();
    let mut verdicts = Vec::new();
    for verdict in tries {
        verdicts.push(verdict.await.unwrap());
    }
    let count = |wanted| {
        verdicts
            .iter()
            .filter(|verdict| **verdict == wanted)
            .count()
    };
    assert_eq!(count(GO), 4);
    assert_eq!(count(last(minutes(1))), 1);
    let held = |verdict: &&AttemptVerdict| matches!(verdict, AttemptVerdict::Paused { .. });
    assert_eq!(verdicts.iter().filter(held).count(), 195);
    // They are wrong: now the login pauses, and the network has counted those five alone.
    for limit in [login, network] {
        for _ in 0..5 {
            write(&stage, stands(&limit, START)).await;
        }
    }
    assert_eq!(try_at(&stage, &[login], START).await, paused(minutes(1)));
    let until = minutes(1);
    assert_eq!(try_at(&stage, &[network], until).await, last(minutes(3)));
}
