//! The cases that every store must pass.

use std::sync::Arc;

use async_trait::async_trait;
use linking_core::{
    audit::{AuditRecord, Concern},
    consent::{Consent, ConsentStatus, ConsentText},
    event::Event,
    ids::{AccountId, AuditId},
    session::AgentLabel,
};
use linking_testkit::store::Trail;

use super::fixture::Stand;
use crate::{
    Storage,
    connection::query,
    record::{Columns, json_text},
    row::Row,
};

linking_testkit::store_conformance!(fresh());
linking_testkit::store_trail_conformance!(fresh_with_trail());

async fn fresh() -> (Arc<Storage>, Stand) {
    let stand = Stand::empty().await;
    (stand.storage.clone(), stand)
}

async fn fresh_with_trail() -> (Arc<Storage>, Arc<TrailOf>, Stand) {
    let stand = Stand::empty().await;
    let trail = Arc::new(TrailOf(stand.storage.clone()));
    (stand.storage.clone(), trail, stand)
}

/// Reads what no port reads.
#[derive(Debug)]
struct TrailOf(Arc<Storage>);

impl TrailOf {
    async fn rows(&self, text: &'static str) -> Vec<Row> {
        self.0.rows(query(text)).await.unwrap()
    }

    async fn concerns(&self, audit: AuditId) -> Vec<Concern> {
        let text = "SELECT audit, account, notice FROM audit_concern ORDER BY audit, number";
        let rows = self.rows(text).await;
        rows.iter()
            .filter(|row| row.id("audit") == Ok(audit))
            .map(|row| Concern {
                account: row.id("account").unwrap(),
                notice: row.json("notice").unwrap(),
            })
            .collect()
    }
}

#[async_trait]
impl Trail for TrailOf {
    async fn audits(&self) -> Vec<AuditRecord> {
        let mut audits = Vec::new();
        for row in self.rows("SELECT * FROM audit ORDER BY id").await {
            let id = row.id("id").unwrap();
            audits.push(AuditRecord {
                id,
                at: row.time("at").unwrap(),
                by: row.json("acted_by").unwrap(),
                act: row.json("act").unwrap(),
                flow: row.optional_id("flow").unwrap(),
                agent: row
                    .read::<Option<String>>("agent")
                    .unwrap()
                    .map(|a| AgentLabel::new(&a)),
                concerns: self.concerns(id).await,
            });
        }
        audits
    }

    async fn events(&self) -> Vec<Event> {
        let rows = self.rows("SELECT * FROM outbox ORDER BY id").await;
        rows.iter()
            .map(|row| Event {
                id: row.id("id").unwrap(),
                account: row.id("account").unwrap(),
                at: row.time("at").unwrap(),
                agent: row
                    .read::<Option<String>>("agent")
                    .unwrap()
                    .map(|a| AgentLabel::new(&a)),
                body: row.json("body").unwrap(),
            })
            .collect()
    }

    async fn consents(&self, account: AccountId) -> Vec<Consent> {
        let rows = self
            .rows("SELECT * FROM consent ORDER BY given_at, id")
            .await;
        let consents = rows.iter().map(|row| Consent {
            id: row.id("id").unwrap(),
            account: row.id("account").unwrap(),
            provider: row.parsed("provider").ok().unwrap(),
            text: ConsentText {
                version: row.text("text_version").unwrap(),
                digest: row.text("text_digest").unwrap(),
                scopes: row.json("scopes").unwrap(),
            },
            given_at: row.time("given_at").unwrap(),
            status: match row.text("status").unwrap().as_str() {
                "granted" => ConsentStatus::Granted,
                "refused" => ConsentStatus::Refused,
                "withdrawn" => ConsentStatus::Withdrawn {
                    at: row.time("withdrawn_at").unwrap(),
                },
                other => panic!("{other}"),
            },
        });
        consents
            .filter(|consent| consent.account == account)
            .collect()
    }
}

#[test]
fn what_is_stored_as_json_is_stable() {
    use linking_core::{
        audit::{Act, By, Notice},
        event::EventBody,
        ids::Id,
        session::SignInWay,
    };

    let id = uuid::Uuid::from_u128(1);
    let provider = super::fixture::provider();
    let way = SignInWay::Link {
        provider: provider.clone(),
        link: Id::from_uuid(id),
    };
    let texts = [
        json_text(&By::Account(Id::from_uuid(id))),
        json_text(&By::Operator),
        json_text(&Act::SignedIn { way: way.clone() }),
        json_text(&Notice::SignedIn { way }),
        json_text(&EventBody::Linked {
            link: Id::from_uuid(id),
            provider,
        }),
    ]
    .map(Result::unwrap);
    let one = "00000000000000000000000000000001";
    let way = format!(r#"{{"link":{{"provider":"gosuslugi","link":"lnk_{one}"}}}}"#);
    assert_eq!(
        texts,
        [
            format!(r#"{{"account":"acc_{one}"}}"#),
            r#""operator""#.to_owned(),
            format!(r#"{{"act":"signed-in","way":{way}}}"#),
            format!(r#"{{"notice":"signed-in","way":{way}}}"#),
            format!(r#"{{"event":"linked","link":"lnk_{one}","provider":"gosuslugi"}}"#),
        ]
    );
}
