//! Statements as data: a text and its values, sent to whichever database is behind the store.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, Database, Encode, Postgres, Sqlite, Type, postgres::PgArguments,
    sqlite::SqliteArguments,
};
use uuid::Uuid;

/// A value of a statement. Prints nothing: it may be of a person.
pub(crate) enum Value {
    Number(Option<i64>),
    Flag(bool),
    Text(Option<String>),
    Octets(Option<Vec<u8>>),
}

macro_rules! values {
    ($($kind:ident: $($from:ty => $with:expr),+;)*) => {
        $($(
            impl From<$from> for Value {
                fn from(value: $from) -> Self {
                    let with: fn($from) -> _ = $with;
                    Self::$kind(with(value))
                }
            }
        )+)*
    };
}

values! {
    Number: i64 => Some, Option<i64> => |number| number;
    Flag: bool => |flag| flag;
    Text: String => Some, &str => |text| Some(text.to_owned()), Option<String> => |text| text,
        Option<&str> => |text| text.map(str::to_owned);
    Octets: Vec<u8> => Some, Option<Vec<u8>> => |octets| octets,
        Uuid => |id| Some(id.into_bytes().to_vec()),
        Option<Uuid> => |id| id.map(|id| id.into_bytes().to_vec());
}

/// What a statement that reads asks of PostgreSQL beside its rows: that they stay so until the
/// commit. SQLite has one writer at a time, who began with `BEGIN IMMEDIATE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    None,
    /// Nobody changes the rows.
    Share,
    /// Nobody else looks at the rows of `a` to change them.
    Update,
}

impl Lock {
    const fn words(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Share => Some(" FOR SHARE"),
            Self::Update => Some(" FOR UPDATE OF a"),
        }
    }
}

/// A statement with its values.
pub(crate) struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
    lock: Lock,
    comes_again: bool,
}

/// A statement from [`crate::sql`].
pub(crate) fn query(text: &'static str) -> Query {
    Query {
        text: Cow::Borrowed(text),
        values: Vec::new(),
        lock: Lock::None,
        comes_again: true,
    }
}

impl Query {
    /// A statement built of the schema's own names.
    #[cfg(any(test, feature = "dump"))]
    pub(crate) fn of_schema(text: String) -> Self {
        Self {
            text: Cow::Owned(text),
            values: Vec::new(),
            lock: Lock::None,
            comes_again: false,
        }
    }

    /// The value of the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// What is read stays so until the commit.
    pub(crate) const fn shared(mut self) -> Self {
        self.lock = Lock::Share;
        self
    }

    /// The account `a` that is read is about to be written.
    pub(crate) const fn for_update(mut self) -> Self {
        self.lock = Lock::Update;
        self
    }

    pub(crate) fn for_sqlite(self) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        let built = match self.text {
            Cow::Borrowed(text) => sqlx::query(text),
            // Constants of `sql` and numbered placeholders alone.
            Cow::Owned(text) => sqlx::query(AssertSqlSafe(text)),
        };
        bound(built, self.values).persistent(self.comes_again)
    }

    pub(crate) fn for_postgres(self) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        let built = match (self.text, self.lock.words()) {
            (Cow::Borrowed(text), None) => sqlx::query(text),
            (text, words) => {
                let text = format!("{text}{}", words.unwrap_or_default());
                sqlx::query(AssertSqlSafe(text))
            }
        };
        bound(built, self.values).persistent(self.comes_again)
    }
}

fn bound<D>(
    mut query: sqlx::query::Query<'static, D, D::Arguments>,
    values: Vec<Value>,
) -> sqlx::query::Query<'static, D, D::Arguments>
where
    D: Database,
    Option<i64>: Encode<'static, D> + Type<D>,
    bool: Encode<'static, D> + Type<D>,
    Option<String>: Encode<'static, D> + Type<D>,
    Option<Vec<u8>>: Encode<'static, D> + Type<D>,
{
    for value in values {
        query = match value {
            Value::Number(number) => query.bind(number),
            Value::Flag(flag) => query.bind(flag),
            Value::Text(text) => query.bind(text),
            Value::Octets(octets) => query.bind(octets),
        };
    }
    query
}

/// The values of one row of an insert of many.
pub(crate) struct RowValues<'a>(&'a mut Vec<Value>);

impl RowValues<'_> {
    /// The next column.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.0.push(value.into());
        self
    }
}

/// An insert of many rows: the beginning of a text from [`crate::sql`], and the rows' values.
/// Only the text of a full insert comes again.
pub(crate) fn insert_of<T>(
    beginning: &'static str,
    rows: impl IntoIterator<Item = T>,
    full: usize,
    bind: impl Fn(&mut RowValues<'_>, T),
) -> Query {
    let mut text = format!("{beginning}VALUES ");
    let mut values = Vec::new();
    let mut count = 0;
    for row in rows {
        let first = values.len() + 1;
        bind(&mut RowValues(&mut values), row);
        let places: Vec<_> = (first..=values.len()).map(|n| format!("${n}")).collect();
        if count > 0 {
            text.push_str(", ");
        }
        text.push('(');
        text.push_str(&places.join(", "));
        text.push(')');
        count += 1;
    }
    Query {
        text: Cow::Owned(text),
        values,
        lock: Lock::None,
        comes_again: count == full,
    }
}
