//! A real browser: headless Chromium through its driver, one profile for each test.

mod driver;
mod gallery;

pub(crate) use driver::{Browser, JavaScript};
pub(crate) use gallery::Gallery;
