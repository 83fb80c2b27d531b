//! `svyazka`: the program of a school or a region.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use linking_school::commands::{self, Arguments};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match commands::run(arguments, &mut io::stdout()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a terminal there is nobody to tell.
            let _ = writeln!(io::stderr(), "svyazka: {error}");
            ExitCode::FAILURE
        }
    }
}
