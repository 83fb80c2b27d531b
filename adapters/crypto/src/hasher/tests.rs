use std::sync::{Arc, mpsc};

use super::{pool::Pool, *};

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn hasher() -> Argon2Hasher {
    Argon2Hasher::start(&HashSettings::cheapest()).unwrap()
}

fn phc(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

#[tokio::test]
async fn a_password_matches_its_own_hash_alone() {
    let hasher = hasher();
    let hash = hasher.hash(password("Пароль 1")).await.unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    let verify = |text: &str| hasher.verify(password(text), Some(hash.clone()));
    assert_eq!(verify("Пароль 1").await, Ok(HashVerdict::Match));
    assert_eq!(verify("пароль 1").await, Ok(HashVerdict::Mismatch));
    assert_eq!(verify("Пароль 1 ").await, Ok(HashVerdict::Mismatch));
}

#[tokio::test]
async fn one_password_hashes_differently_each_time() {
    let hasher = hasher();
    let one = hasher.hash(password("secret")).await.unwrap();
    let other = hasher.hash(password("secret")).await.unwrap();
    assert_ne!(one.expose(), other.expose());
}

/// From the test vectors of the reference implementation, `phc-winner-argon2/src/test.c`.
#[tokio::test]
async fn hashes_of_other_parameters_are_checked() {
    let hasher = hasher();
    let stored =
        phc("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    let verify = |text: &str| hasher.verify(password(text), Some(stored.clone()));
    assert_eq!(verify("password").await, Ok(HashVerdict::Match));
    assert_eq!(verify("Password").await, Ok(HashVerdict::Mismatch));
    // The memory of the larger hash is used again for a smaller one, with the same result.
    let small = hasher.hash(password("x")).await.unwrap();
    assert_eq!(
        hasher.verify(password("x"), Some(small)).await,
        Ok(HashVerdict::Match)
    );
    assert_eq!(verify("password").await, Ok(HashVerdict::Match));
}

#[tokio::test]
async fn f4_every_check_computes_one_hash_whether_there_is_an_account_or_not() {
    let hasher = hasher();
    let stored = hasher.hash(password("right")).await.unwrap();
    assert_eq!(hasher.hashes(), 1);
    for (typed, against, verdict) in [
        ("right", Some(stored.clone()), HashVerdict::Match),
        ("wrong", Some(stored), HashVerdict::Mismatch),
        ("right", None, HashVerdict::Mismatch),
    ] {
        let before = hasher.hashes();
        assert_eq!(hasher.verify(password(typed), against).await, Ok(verdict));
        assert_eq!(hasher.hashes(), before + 1);
    }
}

#[test]
fn f4_the_dummy_costs_what_a_new_hash_costs() {
    let settings = HashSettings {
        memory_kib: 64,
        passes: 3,
        ..HashSettings::cheapest()
    };
    let hasher = Argon2Hasher::start(&settings).unwrap();
    let text = hasher.dummy.to_phc().unwrap();
    assert!(text.expose().starts_with("$argon2id$v=19$m=64,t=3,p=1$"));
    let other = Argon2Hasher::start(&settings).unwrap().dummy.to_phc();
    assert_ne!(text.expose(), other.unwrap().expose());
}

#[tokio::test]
async fn a_text_that_is_no_hash_is_refused_before_any_work() {
    let hasher = hasher();
    let hash = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for text in [
        String::new(),
        "password".to_owned(),
        format!("$argon2i$v=19$m=256,t=2,p=1${hash}"),
        format!("$argon2id$v=16$m=256,t=2,p=1${hash}"),
        format!("$argon2id$m=256,t=2,p=1${hash}"),
        format!("$argon2id$v=19$m=4294967295,t=2,p=1${hash}"),
        format!("$argon2id$v=19$m=256,t=4294967295,p=1${hash}"),
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ".to_owned(),
    ] {
        let verdict = hasher.verify(password("password"), Some(phc(&text))).await;
        assert_eq!(verdict, Err(HashError::Unreadable), "{text}");
    }
    assert_eq!(hasher.hashes(), 0);
}

#[test]
fn parameters_that_argon2_does_not_take_are_named() {
    let settings = HashSettings {
        memory_kib: 1,
        ..HashSettings::cheapest()
    };
    let error = Argon2Hasher::start(&settings).unwrap_err().to_string();
    assert!(
        error.contains("1 KiB") && error.contains("19456"),
        "{error}"
    );
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

#[tokio::test]
async fn f4_a_full_queue_is_busy_and_hashes_nothing() {
    let pool = Arc::new(Pool::start(one(), one(), Duration::ZERO).unwrap());
    let (begun, is_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let spawn = |work: Box<dyn FnOnce() -> u8 + Send>| {
        let pool = Arc::clone(&pool);
        tokio::spawn(async move { pool.run(move |_| work()).await })
    };
    let first = spawn(Box::new(move || {
        begun.send(()).unwrap();
        may_go_on.recv().unwrap();
        1
    }));
    tokio::task::yield_now().await;
    is_begun.recv().unwrap();
    let second = spawn(Box::new(|| 2));
    tokio::task::yield_now().await;
    // One is computed, one waits: the third is turned away at once.
    let third = tokio::time::timeout(Duration::from_secs(10), pool.run(|_| 3));
    assert_eq!(third.await, Ok(Err(HashError::Busy)));
    go_on.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(second.await.unwrap(), Ok(2));
    assert_eq!(pool.run(|_| 4).await, Ok(4));
}

#[tokio::test]
async fn work_whose_asker_has_gone_is_left_out() {
    let pool =
        Arc::new(Pool::start(one(), HashSettings::cheapest().waiting, Duration::ZERO).unwrap());
    let (begun, is_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let first = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move {
            pool.run(move |_| {
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
            })
            .await
        }
    });
    tokio::task::yield_now().await;
    is_begun.recv().unwrap();
    let gone = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.run(|memory| memory.count()).await }
    });
    tokio::task::yield_now().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
    pool.run(|memory| memory.count()).await.unwrap();
    assert_eq!(pool.hashes(), 1);
}

#[tokio::test]
async fn a_panic_in_one_job_leaves_the_thread_for_the_next() {
    let pool = Pool::start(one(), one(), Duration::ZERO).unwrap();
    let panicked: Result<(), HashError> = pool.run(|_| panic!("on purpose")).await;
    assert_eq!(panicked, Err(HashError::Busy));
    assert_eq!(pool.run(|_| 1).await, Ok(1));
}

/// Resident memory of this process in KiB.
#[cfg(target_os = "linux")]
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Idle threads hold no memory: it goes back to the system, whatever the allocator keeps.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_idle_thread_gives_its_memory_back() {
    const BLOCKS: usize = 24 * 1024;
    let pool = Pool::start(one(), one(), Duration::ZERO).unwrap();
    for _ in 0..3 {
        let before = resident_kib();
        let within = pool
            .run(|memory| {
                memory.blocks(BLOCKS);
                resident_kib()
            })
            .await
            .unwrap();
        assert!(within > before + BLOCKS / 2, "{within} {before}");
        let mut looks = 0;
        while resident_kib() > before + BLOCKS / 2 {
            looks += 1;
            assert!(looks < 1000, "{} {before}", resident_kib());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[test]
fn h1_nothing_of_a_hash_prints() {
    let hasher = hasher();
    assert!(!format!("{hasher:?}").contains("$argon2"));
}
