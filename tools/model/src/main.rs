//! Searches by hand, with a larger bound than the gate's.
//!
//! ```sh
//! cargo run --release -p linking-model        # the gate's bound
//! cargo run --release -p linking-model -- 1   # one request of each browser and one event more
//! cargo run --release -p linking-model -- 1 unlink   # the searches whose name holds the word
//! ```

use std::{io::Write, time::Instant};

use anyhow::{Result, ensure};
use linking_model::{Scenario, search};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let more = args.next().map_or(Ok(0), |more| more.parse())?;
    let word = args.next().unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let mut out = std::io::stdout();
    let mut failed = 0;
    for scenario in Scenario::all(more) {
        if !scenario.name.contains(&word) {
            continue;
        }
        let began = Instant::now();
        let report = search(scenario, threads);
        writeln!(out, "{report}\n  in {:.1?}", began.elapsed())?;
        failed += report.failures.len();
    }
    ensure!(failed == 0, "{failed} properties do not hold");
    Ok(())
}
