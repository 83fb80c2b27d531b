//! Reads JSON into a tree and finds on the way what no type sees: names that stand twice, and
//! nesting without end (`threats.md` A14, G6).

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::api::body::{Fault, FaultCode, pointer};

/// Nothing of ours is nested deeper.
const DEEPEST: usize = 8;
/// No name of ours is longer.
const LONGEST_NAME: usize = 64;

/// Reads a text; none if it is no JSON.
pub(super) fn read(text: &[u8]) -> Option<(Value, Vec<Fault>)> {
    let mut faults = Vec::new();
    let mut path = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let seed = Tree {
        path: &mut path,
        faults: &mut faults,
    };
    let value = seed.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some((value, faults))
}

struct Tree<'a> {
    path: &'a mut Vec<String>,
    faults: &'a mut Vec<Fault>,
}

impl Tree<'_> {
    fn below<A, R>(
        &mut self,
        name: String,
        read: impl FnOnce(Tree<'_>) -> Result<R, A>,
    ) -> Result<R, A>
    where
        A: de::Error,
        R: Default,
    {
        if self.path.len() >= DEEPEST {
            return Err(A::custom("nested too deep"));
        }
        self.path.push(name);
        let result = read(Tree {
            path: self.path,
            faults: self.faults,
        });
        self.path.pop();
        result
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = items.len().to_string();
            let next = self.below::<A::Error, _>(place, |tree| seq.next_element_seed(tree))?;
            match next {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut found = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name.len() > LONGEST_NAME {
                return Err(de::Error::custom("a name is too long"));
            }
            let value =
                self.below::<A::Error, _>(name.clone(), |tree| map.next_value_seed(tree))?;
            if found.contains_key(&name) {
                self.path.push(name.clone());
                let fault = Fault::at(pointer(self.path), FaultCode::Doubled);
                self.path.pop();
                if !self.faults.contains(&fault) {
                    self.faults.push(fault);
                }
            }
            found.insert(name, value);
        }
        Ok(Value::Object(found))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a14_every_name_that_stands_twice_is_pointed_at() {
        let text = br#"{"a":1,"b":{"c":1,"c":2,"c":3},"a":2,"d/~":[{"x":1,"x":1}],"d/~":0}"#;
        let (_, faults) = read(text).unwrap();
        let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
        assert_eq!(places, ["/b/c", "/a", "/d~1~0/0/x", "/d~1~0"]);
        assert!(faults.iter().all(|fault| fault.code == FaultCode::Doubled));
    }

    #[test]
    fn what_is_sound_is_read_as_it_is() {
        let text = r#" {"a":[1,-2,3.5,true,null,"я"],"b":{}} "#;
        let (value, faults) = read(text.as_bytes()).unwrap();
        assert_eq!(value, json!({"a": [1, -2, 3.5, true, null, "я"], "b": {}}));
        assert!(faults.is_empty());
    }

    #[test]
    fn what_is_no_json_or_nested_without_end_is_not_read() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(deep(DEEPEST).as_bytes()).is_some());
        for text in [
            deep(DEEPEST + 2),
            deep(30_000),
            r#"{"a":1"#.to_owned(),
            "{} {}".to_owned(),
            "{'a':1}".to_owned(),
            String::new(),
            "NaN".to_owned(),
            format!(r#"{{"{}":1}}"#, "a".repeat(65)),
        ] {
            assert!(read(text.as_bytes()).is_none());
        }
        assert!(read(b"{\"a\":\"\xff\"}").is_none());
    }
}
