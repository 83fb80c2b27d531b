//! A bounded pool of threads that compute hashes.

use std::{
    collections::VecDeque,
    fmt, io,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use argon2::Block;
use linking_core::ports::HashError;
use tokio::sync::oneshot;

/// Argon2 keeps its blocks on the heap: threads need little.
const STACK: usize = 256 * 1024;
/// glibc keeps freed pieces of up to 32 MiB for later; a larger one goes back to the system at
/// once. Pages that are not touched cost nothing.
const RESERVED_BLOCKS: usize = 33 * 1024 * 1024 / Block::SIZE;

/// The memory of a thread.
pub(super) struct Memory {
    blocks: Vec<Block>,
    hashes: Arc<AtomicU64>,
}

impl Memory {
    /// So many blocks; their contents are left over from the last hash.
    pub(super) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.blocks.len() < count {
            if self.blocks.capacity() < count {
                self.release();
                self.blocks.reserve_exact(count.max(RESERVED_BLOCKS));
            }
            self.blocks.resize(count, Block::new());
        }
        &mut self.blocks
    }

    /// Notes that a hash was computed.
    pub(super) fn count(&self) {
        self.hashes.fetch_add(1, Ordering::Relaxed);
    }

    fn release(&mut self) {
        self.blocks = Vec::new();
    }
}

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A queue is whole between any two of its operations.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of one thread.
    fn work(&self, mut memory: Memory, keep: Duration) {
        let mut queue = self.queue();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                drop(queue);
                // A panic ends its job, not the thread: the asker's channel closes.
                drop(catch_unwind(AssertUnwindSafe(|| job(&mut memory))));
                queue = self.queue();
            } else if queue.closed {
                return;
            } else if memory.blocks.is_empty() {
                queue = self
                    .changed
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner);
            } else {
                let (waited, timeout) = self
                    .changed
                    .wait_timeout(queue, keep)
                    .unwrap_or_else(PoisonError::into_inner);
                queue = waited;
                if timeout.timed_out() && queue.jobs.is_empty() {
                    memory.release();
                }
            }
        }
    }
}

/// Threads with a bounded queue. Dropping it ends the threads.
pub(super) struct Pool {
    shared: Arc<Shared>,
    waiting: NonZeroUsize,
    hashes: Arc<AtomicU64>,
}

impl Pool {
    /// Starts threads that give their memory back after `keep` without work.
    pub(super) fn start(
        threads: NonZeroUsize,
        waiting: NonZeroUsize,
        keep: Duration,
    ) -> io::Result<Self> {
        let pool = Self {
            shared: Arc::default(),
            waiting,
            hashes: Arc::default(),
        };
        for number in 0..threads.get() {
            let shared = Arc::clone(&pool.shared);
            let memory = Memory {
                blocks: Vec::new(),
                hashes: Arc::clone(&pool.hashes),
            };
            thread::Builder::new()
                .name(format!("hash-{number}"))
                .stack_size(STACK)
                .spawn(move || shared.work(memory, keep))?;
        }
        Ok(pool)
    }

    pub(super) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// How much work waits for a thread.
    pub(super) fn waiting(&self) -> usize {
        self.shared.queue().jobs.len()
    }

    /// Runs work on one of the threads. Work whose asker has gone is left out.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let (give, taken) = oneshot::channel();
        self.enqueue(Box::new(move |memory| {
            if !give.is_closed() {
                // The asker may go meanwhile.
                drop(give.send(work(memory)));
            }
        }))?;
        // Work that panicked computed nothing to rely on.
        taken.await.map_err(|_| HashError::Busy)
    }

    fn enqueue(&self, job: Job) -> Result<(), HashError> {
        let mut queue = self.shared.queue();
        if queue.jobs.len() >= self.waiting.get() {
            return Err(HashError::Busy);
        }
        queue.jobs.push_back(job);
        drop(queue);
        self.shared.changed.notify_one();
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.changed.notify_all();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("waiting", &self.waiting)
            .field("hashes", &self.hashes())
            .finish_non_exhaustive()
    }
}
