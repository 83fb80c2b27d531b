//! Two requests on two servers, turn by turn: every order in which their calls of the store can
//! meet with so many changes of turn. A turn ends where the store is called next.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// A request under way.
pub(crate) type Request<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Which request has each turn, and what is still to be tried.
#[derive(Default)]
pub(crate) struct Turns {
    /// Whether the second one had the turn, where both could have had it.
    taken: Vec<bool>,
    at: usize,
    /// How often the turn may still pass from one to the other before one of them is done.
    left: usize,
    last: bool,
}

impl Turns {
    fn second(&mut self) -> bool {
        if self.at > 0 && self.left == 0 {
            return self.last;
        }
        let turn = self.taken.get(self.at).copied().unwrap_or(false);
        if self.at == self.taken.len() {
            self.taken.push(turn);
        }
        self.at += 1;
        if self.at > 1 && turn != self.last {
            self.left -= 1;
        }
        self.last = turn;
        turn
    }

    /// Runs both to their ends.
    pub(crate) fn run<A, B>(
        &mut self,
        mut first: Request<'_, A>,
        mut second: Request<'_, B>,
    ) -> (A, B) {
        let mut context = Context::from_waker(Waker::noop());
        let (mut one, mut other) = (None, None);
        loop {
            match (one.is_none(), other.is_none()) {
                (false, false) => break,
                (true, open) if !(open && self.second()) => {
                    if let Poll::Ready(done) = first.as_mut().poll(&mut context) {
                        one = Some(done);
                    }
                }
                _ => {
                    if let Poll::Ready(done) = second.as_mut().poll(&mut context) {
                        other = Some(done);
                    }
                }
            }
        }
        (one.unwrap(), other.unwrap())
    }

    /// The next order, if there is one.
    fn next(mut self, changes: usize) -> Option<Self> {
        while self.taken.pop()? {}
        self.taken.push(true);
        let taken = self.taken;
        Some(Self {
            taken,
            left: changes,
            ..Self::default()
        })
    }
}

/// Runs a case in every order with so many changes of turn; says in how many orders. Two changes
/// put one request whole into each gap of the other; three let both of them act between.
pub(crate) fn in_every_order(changes: usize, mut case: impl FnMut(&mut Turns)) -> usize {
    let mut turns = Some(Turns {
        left: changes,
        ..Turns::default()
    });
    let mut orders = 0;
    while let Some(mut now) = turns {
        case(&mut now);
        orders += 1;
        assert!(orders < 200_000, "too many orders to try");
        turns = now.next(changes);
    }
    orders
}

/// Gives a request so many turns, then its server is lost. What it answered, if it did.
pub(crate) fn cut_off<T>(mut request: Request<'_, T>, turns: usize) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..turns {
        if let Poll::Ready(done) = request.as_mut().poll(&mut context) {
            return Some(done);
        }
    }
    None
}

/// Waits for one turn: a step of somebody who does not call the store by its port.
pub(crate) async fn turn() {
    let mut waited = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut waited, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

#[test]
fn every_order_of_few_changes_is_tried() {
    let mut seen = std::collections::BTreeSet::new();
    let orders = in_every_order(3, |turns| {
        let log = std::cell::RefCell::new(String::new());
        let request = |name: char| {
            let log = &log;
            Box::pin(async move {
                for _ in 0..3 {
                    turn().await;
                    log.borrow_mut().push(name);
                }
            })
        };
        turns.run(request('a'), request('b'));
        assert!(log.borrow().len() == 6);
        seen.insert(log.into_inner());
    });
    let changes = |order: &String| {
        let pairs = order.chars().zip(order.chars().skip(1));
        pairs.filter(|(one, next)| one != next).count()
    };
    // Of the twenty orders of six turns, those with at most three changes.
    let few = seen.iter().filter(|order| changes(order) <= 3).count();
    assert_eq!(few, 2 + 4 + 8, "{seen:?}");
    assert!(orders >= few);
}
