//! Whole-system tests: one binary, so that the system is linked once.

mod architecture;
mod browser;
