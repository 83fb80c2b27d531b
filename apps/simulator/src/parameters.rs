//! The parameters of a request, in the order in which they came.

/// Names and values, decoded once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A percent sign without two hex digits, or octets that are no UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut rest = text.as_bytes();
        while let Some((octet, tail)) = rest.split_first() {
            rest = tail;
            if *octet == b'%' {
                match tail {
                    [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {}
                    _ => return Err(Unreadable),
                }
            }
        }
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect();
        let spoilt = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
        if pairs
            .iter()
            .any(|(name, value)| spoilt(name) || spoilt(value))
        {
            return Err(Unreadable);
        }
        Ok(Self(pairs))
    }

    /// These and those of the other text.
    pub(crate) fn and(mut self, text: &str) -> Result<Self, Unreadable> {
        self.0.extend(Self::parse(text)?.0);
        Ok(self)
    }

    /// The first value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of that name, if it is not empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// The first name that occurs twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.0
            .iter()
            .map(|(name, _)| name.as_str())
            .find(|name| self.is_repeated(name))
    }

    /// The names, as often and in the order as they came.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_counted() {
        let read = Parameters::parse("a=1+2&b=%2B&c=&a=3&d").unwrap();
        assert_eq!((read.get("a"), read.get("b")), (Some("1 2"), Some("+")));
        assert_eq!(
            (read.get("c"), read.filled("c"), read.get("d")),
            (Some(""), None, Some(""))
        );
        assert_eq!(read.repeated(), Some("a"));
        assert_eq!(read.names(), ["a", "b", "c", "a", "d"]);
        assert_eq!(
            Parameters::parse("a=1")
                .unwrap()
                .and("a=2")
                .unwrap()
                .repeated(),
            Some("a")
        );
    }

    #[test]
    fn what_can_t_be_decoded_is_unreadable() {
        for text in ["a=%", "a=%2", "a=%zz", "%=1", "a=%ff", "a=%D0"] {
            assert_eq!(Parameters::parse(text).unwrap_err(), Unreadable, "{text}");
        }
    }
}
