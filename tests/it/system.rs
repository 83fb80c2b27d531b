//! The whole system under test: journeys in a browser, attacks over HTTP, servers killed between
//! steps. They start the program `svyazka` that lies beside them:
//!
//! ```sh
//! cargo build -p linking-school && cargo nextest run -p linking-tests
//! ```

mod api;
mod attacks;
mod browser;
mod chaos;
mod client;
mod gosuslugi;
mod journeys;
mod kills;
mod stand;
mod statements;
