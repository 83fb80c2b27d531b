//! School app and simulator in one process, with sample data: what `cargo run` starts.
//!
//! The demo is filled by the same import and the same first passwords as a real installation;
//! only its people, schools and keys are made up, and the simulator stands for Госуслуги.

pub mod guide;
pub mod installation;
pub mod regions;
pub mod sample;
pub mod schools;
