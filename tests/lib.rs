//! Whole-system tests live in `it/`: one test binary.
