//! Two servers over one database race on link and unlink by their API (`threats.md` E7, E8, T1):
//! whatever meets, each answer is one of ours, and the records hold.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use linking_storage::Dump;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    api::program::{Program, Reply},
    world::{PASSWORD, World},
};

/// So many installations at once, each with two servers.
const LANES: usize = 2;
/// Rounds of each, of three races.
const ROUNDS: usize = 300;
/// Where the machine is busy, the rounds that fit into this are held.
const LONGEST: Duration = Duration::from_secs(50);

/// Both profiles of one person, at whom one identity fits.
const LOGINS: [&str; 2] = ["dmitrieva30", "dmitrieva13"];

/// What was answered, by status and code.
type Answers = BTreeMap<(u16, String), usize>;

/// Holds that an answer is one of ours.
fn note(answers: &mut Answers, reply: &Reply) {
    let status = reply.status.as_u16();
    assert!(status < 500, "{status}: {}", reply.text);
    let fine = reply.status.is_success();
    assert!(fine || !reply.code().is_empty(), "{status}: {}", reply.text);
    *answers
        .entry((status, reply.code().to_owned()))
        .or_default() += 1;
}

struct Lane {
    world: World,
    programs: [Program; 2],
    answers: Answers,
    races: usize,
}

impl Lane {
    async fn open() -> Self {
        let world = World::with_two_servers().await;
        let twin = world.twin.clone().unwrap();
        let programs = [Program::at(&world.app).await, Program::at(&twin).await];
        Self {
            world,
            programs,
            answers: Answers::new(),
            races: 0,
        }
    }

    /// Both sign in anew; gives the flows that stand at «Это вы?».
    async fn prepare(&mut self, logins: [&str; 2]) -> [String; 2] {
        let mut flows = Vec::new();
        for (program, login) in self.programs.iter_mut().zip(logins) {
            let school = if login == LOGINS[0] {
                self.world.school
            } else {
                self.world.other_school
            };
            let body = json!({
                "organization": school.to_string(), "login": login, "password": PASSWORD,
            });
            program.post("/session", body).await.ok();
            let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
            let reply = program.come_back("bare", &begun.state()).await.ok();
            flows.push(reply.at("confirm").flow());
        }
        flows.try_into().unwrap()
    }

    /// Two requests at the same moment.
    async fn race(&mut self, paths: [String; 2]) {
        let body = |path: &str| -> Value {
            if path.ends_with("/confirm") {
                json!({"text_version": "2026-11"})
            } else {
                json!({})
            }
        };
        let bodies = [body(&paths[0]), body(&paths[1])];
        let [one, other] = &mut self.programs;
        let ([first, second], [one_body, other_body]) = (paths, bodies);
        let (first, second) =
            tokio::join!(one.post(&first, one_body), other.post(&second, other_body));
        note(&mut self.answers, &first);
        note(&mut self.answers, &second);
        self.races += 1;
    }

    async fn links(&self) -> usize {
        let mut links = 0;
        for login in LOGINS {
            links += self.world.links(login).await.len();
        }
        links
    }

    /// Confirm meets confirm, unlink meets confirm, unlink meets unlink; every third time from
    /// two accounts.
    async fn round(&mut self, number: usize) {
        // The counts of a day are over, and so are all sessions.
        self.world.pass(TimeDelta::hours(25));
        let logins = [LOGINS[0], LOGINS[usize::from(number % 3 == 2)]];
        let flows = self.prepare(logins).await;
        let confirm = flows.map(|flow| format!("/flows/{flow}/confirm"));
        let unlink = "/ways/gosuslugi/unlink".to_owned();
        self.race(confirm.clone()).await;
        assert_eq!(self.links().await, 1, "{:?}", self.answers);
        let [first, second] = confirm;
        if number.is_multiple_of(2) {
            self.race([unlink.clone(), second]).await;
        } else {
            self.race([first, unlink.clone()]).await;
        }
        assert!(self.links().await <= 1, "{:?}", self.answers);
        self.race([unlink.clone(), unlink.clone()]).await;
        // Whoever still has a link ends it.
        for (at, login) in LOGINS.into_iter().enumerate() {
            if !self.world.links(login).await.is_empty() {
                let school = [self.world.school, self.world.other_school][at];
                let body = json!({
                    "organization": school.to_string(), "login": login, "password": PASSWORD,
                });
                self.programs[0].post("/session", body).await.ok();
                self.programs[0].post(&unlink, json!({})).await.ok();
            }
        }
        assert_eq!(self.links().await, 0);
    }
}

/// Every link has its record, its event and its consent, and so has every end.
fn hold(dump: &Dump) -> usize {
    let rows = |table: &str, text: &str| {
        let rows = dump.get(table).into_iter().flatten();
        rows.filter(|row| row.contains(text)).count()
    };
    let made = rows("link", "");
    for (table, text, count) in [
        ("link", "ended_at=NULL", 0),
        ("audit", "\"act\":\"linked\"", made),
        ("outbox", "\"event\":\"linked\"", made),
        ("consent", "", made),
        ("consent", "status='granted'", 0),
        ("audit", "\"act\":\"unlinked\"", made),
        ("outbox", "\"event\":\"unlinked\"", made),
    ] {
        assert_eq!(rows(table, text), count, "{table} {text}");
    }
    made
}

async fn lane() -> (usize, usize, Answers) {
    let mut lane = Lane::open().await;
    let begun = Instant::now();
    for number in 0..ROUNDS {
        lane.round(number).await;
        if begun.elapsed() > LONGEST {
            break;
        }
    }
    let dump = lane.world.storage.dump(&["organization"]).await.unwrap();
    (lane.races, hold(&dump), lane.answers)
}

#[test]
fn e7_two_servers_race_on_link_and_unlink_by_their_api() {
    linking_testkit::run(async {
        let lanes: Vec<_> = (0..LANES).map(|_| tokio::spawn(lane())).collect();
        let (mut races, mut made, mut answers) = (0, 0, Answers::new());
        for lane in lanes {
            let (more, links, said) = lane.await.unwrap();
            races += more;
            made += links;
            for (answer, times) in said {
                *answers.entry(answer).or_default() += times;
            }
        }
        // They did meet: some lost.
        let lost: usize = answers
            .iter()
            .filter(|((status, _), _)| *status >= 400)
            .map(|(_, times)| times)
            .sum();
        assert!(races >= 100 && lost > races / 10, "{races}: {answers:?}");
        assert!(made > races / 10, "{made} of {races}: {answers:?}");
    });
}
