//! The crate from outside, on the files of `testdata` and on generated input.

#[cfg(test)]
mod certificates;
#[cfg(test)]
mod cms;
#[cfg(test)]
mod jwt;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod testdata;
