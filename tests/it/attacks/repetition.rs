//! The same thing twice: replays (A8), double presses and the back button (G15), and time that
//! ran out (G16).

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use linking_simulator::{Fault, Place, Transport};

use crate::{
    attacks::Ground,
    client::{Client, Page},
};

impl Ground {
    /// A linked person, and the callback of their next sign-in, not opened yet.
    async fn linked_callback(&self) -> Result<(Client, url::Url)> {
        self.stand.linked("sokolova", "sokolova").await?;
        let client = self.stand.client();
        let callback = self.stand.callback(&client, "sokolova").await?;
        self.stand.control().clear_requests();
        Ok((client, callback))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a8_an_answer_is_taken_once() -> Result<()> {
    let ground = Ground::new("a8").await?;
    let (client, callback) = ground.linked_callback().await?;
    let sessions = ground.records.count("session").await?;
    let signed_in = ground.records.acts_with("signed-in").await?;

    // Twice at once: the provider takes its time, and the second one finds the first at work.
    let slow = Fault::Transport(Place::Token, Transport::Delay(1_500));
    ground.stand.control().set_fault_times(slow, 1);
    let (first, second) =
        tokio::join!(client.get(callback.as_str()), client.get(callback.as_str()));
    let answers = [first?, second?];
    let home = answers
        .iter()
        .filter(|page| page.header("location") == "/")
        .count();
    ensure!(home == 1, "one of them enters");
    ensure!(
        answers
            .iter()
            .any(|page| page.header("location").ends_with("/checking")),
        "the other one is shown where the flow stands"
    );
    ensure!(ground.token_requests() == 1);
    ensure!(ground.records.count("session").await? == sessions + 1);
    ensure!(ground.records.acts_with("signed-in").await? == signed_in + 1);

    // Once more, in the same browser and in another one.
    let before = ground.dump().await?;
    let again = client.open(callback.as_str()).await?;
    again.expect_refusal("flow-finished")?;
    ground
        .stand
        .client()
        .open(callback.as_str())
        .await?
        .expect_refusal("flow-not-yours")?;
    ensure!(ground.token_requests() == 1, "the code was sent once");
    ground.holds(&before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a8_an_answer_is_taken_once_by_two_servers() -> Result<()> {
    let mut ground = Ground::new("a8-two-servers").await?;
    let (client, callback) = ground.linked_callback().await?;
    let other = ground.stand.second_server().await?;
    let sessions = ground.records.count("session").await?;
    // The same request at both servers: a browser's Host, two ports behind it.
    let elsewhere = callback.as_str().replace(&ground.stand.school(), &other);
    let host = ground.stand.school().replace("http://", "");
    let attempt =
        crate::client::Attempt::bare(http::Method::GET, &elsewhere)?.with("host", &host)?;
    let (first, second) = tokio::join!(client.get(callback.as_str()), client.send(attempt));
    let entered = [first?, second?]
        .iter()
        .filter(|page| page.header("location") == "/")
        .count();
    ensure!(entered == 1);
    ensure!(ground.token_requests() == 1);
    ensure!(ground.records.count("session").await? == sessions + 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_double_press_links_once() -> Result<()> {
    let ground = Ground::new("g15").await?;
    let client = ground.stand.client();
    ground.stand.sign_in(&client, "sokolova").await?;
    let page = ground
        .stand
        .come_to_confirm(&client, "sokolova")
        .await?
        .expect("who")?;
    let press = || async {
        let answer = client.send(Client::filled(&page, "Связать", &[])?).await?;
        anyhow::Ok(answer)
    };
    let (first, second) = tokio::join!(press(), press());
    for answer in [first?, second?] {
        let to = answer.header("location").to_owned();
        ensure!(
            to.ends_with("/contacts"),
            "{} {to} {}",
            answer.status,
            answer.text()
        );
    }
    ensure!(ground.records.count("link").await? == 1);
    ensure!(ground.records.count("consent").await? == 1);
    ensure!(ground.records.acts_with("\"linked\"").await? == 1);
    ensure!(ground.records.count("outbox").await? == 1, "one notice");

    // Back to «Это вы?» and the other button: the step is done, and nothing is taken back.
    let before = ground.dump().await?;
    let back = client.press(&page, "Не связывать", &[]).await?;
    ensure!(
        ["contacts", "linked"].contains(&back.name().as_str())
            || back.refusal().as_deref() == Some("flow-finished"),
        "{} {:?}",
        back.name(),
        back.refusal()
    );
    ground.holds(&before).await?;
    ensure!(ground.records.links("sokolova").await?.len() == 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_double_press_of_the_local_proof_links_once() -> Result<()> {
    let ground = Ground::new("g15-prove").await?;
    let client = ground.stand.client();
    let page = ground.stand.come_from_provider(&client, "sokolova").await?;
    let reloaded = client.open(page.url.as_str()).await?.expect("not-linked")?;
    ensure!(ground.token_requests() == 1, "a reload asks nobody");
    let page = ground.stand.agree(&client, &reloaded).await?;
    let school = ground.stand.own_school().await?;
    let password = ground.stand.password_of("sokolova")?;
    let typed = [
        ("organization", school.as_str()),
        ("login", "sokolova"),
        ("password", password),
    ];
    let press = || async {
        let answer = client.send(Client::filled(&page, "Войти", &typed)?).await?;
        anyhow::Ok(answer)
    };
    let (first, second) = tokio::join!(press(), press());
    let answers = [first?, second?];
    ensure!(
        answers
            .iter()
            .all(|answer| answer.status.is_redirection() || answer.refusal().is_some()),
        "{answers:?}"
    );
    ensure!(ground.records.count("link").await? == 1);
    ensure!(
        ground.records.sessions("sokolova").await?.len() == 1,
        "one session"
    );
    client
        .open(&ground.stand.at("/settings"))
        .await?
        .expect("settings")
        .map(drop)
}

/// The presses of a flow that a person may come too late for: up to the page, and its button.
#[derive(Debug, Clone, Copy)]
enum Step {
    Callback,
    Agree,
    Prove,
    Confirm,
    Contacts,
}

impl Ground {
    async fn press_in_time(&mut self, step: Step, left: TimeDelta) -> Result<(Client, Page)> {
        let client = self.stand.client();
        let life = TimeDelta::minutes(15);
        // Time stands still but for what the test lets pass.
        self.stand.stop_clock()?;
        let signed_in = matches!(step, Step::Confirm);
        if signed_in {
            self.stand.sign_in(&client, "dmitrieva30").await?;
            let page = self.stand.come_to_confirm(&client, "dmitrieva").await?;
            self.stand.pass(life - left)?;
            // Proved anew, so that the flow's own end alone is looked at.
            self.step_up_now(&client, "dmitrieva30").await?;
            let page = client.press(&page, "Связать", &[]).await?;
            return Ok((client, page));
        }
        let page = self.stand.begin_at_provider(&client).await?;
        let callback = self.stand.callback_of(&client, page, "sokolova").await?;
        if matches!(step, Step::Callback) {
            self.stand.pass(life - left)?;
            let page = client.open(callback.as_str()).await?;
            return Ok((client, page));
        }
        let page = client.open(callback.as_str()).await?.expect("not-linked")?;
        if matches!(step, Step::Agree) {
            self.stand.pass(life - left)?;
            let page = client.press(&page, "Продолжить", &[]).await?;
            return Ok((client, page));
        }
        let page = self.stand.agree(&client, &page).await?;
        if matches!(step, Step::Prove) {
            self.stand.pass(life - left)?;
        }
        let password = self.stand.password_of("sokolova")?.to_owned();
        let page = self
            .stand
            .prove_with(&client, &page, "sokolova", &password)
            .await?;
        if matches!(step, Step::Contacts) {
            self.stand.pass(life - left)?;
            let ticked = [("mobile", "keep")];
            let page = client.press(&page, "Сохранить выбранное", &ticked).await?;
            return Ok((client, page));
        }
        Ok((client, page))
    }

    /// The claims go with the flow; that it is over is told for a day.
    async fn no_flow_is_open_after_a_sweep(&mut self) -> Result<()> {
        self.stand.pass(TimeDelta::minutes(16))?;
        self.sweep().await?;
        let dump = self.dump().await?;
        let flows = dump.get("flow").context("no table")?;
        ensure!(
            flows.iter().all(|flow| flow.contains("is_open=0")),
            "{flows:?}"
        );
        self.stand.pass(TimeDelta::days(1))?;
        self.sweep().await?;
        ensure!(self.records.count("flow").await? == 0);
        Ok(())
    }

    async fn step_up_now(&self, client: &Client, login: &str) -> Result<()> {
        let page = client
            .open(&self.stand.at("/settings/step-up?next=settings"))
            .await?;
        let typed = [("password", self.stand.password_of(login)?)];
        client
            .press(&page, "Продолжить", &typed)
            .await?
            .expect("settings")
            .map(drop)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_a_step_is_open_to_the_last_second_and_not_longer() -> Result<()> {
    let steps = [
        (Step::Agree, "prove"),
        (Step::Prove, "contacts"),
        (Step::Confirm, "contacts"),
        (Step::Contacts, "linked"),
    ];
    for (step, next) in steps {
        let mut ground = Ground::timed(&format!("g16-{next}")).await?;
        let (_, page) = ground.press_in_time(step, TimeDelta::seconds(1)).await?;
        page.expect(next)?;
        for late in [0, 1] {
            let mut ground = Ground::timed(&format!("g16-{next}-{late}")).await?;
            let (client, page) = ground
                .press_in_time(step, TimeDelta::seconds(-late))
                .await?;
            let linked = ground.records.count("link").await?;
            // Whoever leaves at the contact choice is linked, with nothing kept.
            if matches!(step, Step::Contacts) {
                page.expect_refusal("flow-finished")?;
                ensure!(linked == 1);
                ground.no_flow_is_open_after_a_sweep().await?;
                continue;
            }
            let page = page.expect_refusal("flow-expired")?;
            ensure!(page.status == http::StatusCode::GONE);
            ensure!(linked == 0, "{step:?}");
            // One press begins anew and ends well.
            let page = client.press(&page, "Начать заново", &[]).await?;
            let page = ground
                .stand
                .sign_in_at_gosuslugi(
                    &client,
                    page,
                    match step {
                        Step::Confirm => "dmitrieva",
                        _ => "sokolova",
                    },
                )
                .await?;
            ensure!(page.refusal().is_none(), "{:?}", page.refusal());
            ground.no_flow_is_open_after_a_sweep().await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_an_answer_that_comes_too_late_is_not_taken() -> Result<()> {
    let mut ground = Ground::timed("g16-callback").await?;
    // The code lives four minutes at the provider; the flow's end is what counts here.
    ground
        .stand
        .control()
        .set_knob(|knobs| knobs.code_lifetime = 3_600);
    let (client, page) = ground
        .press_in_time(Step::Callback, TimeDelta::seconds(0))
        .await?;
    page.expect_refusal("flow-expired")?;
    ensure!(ground.token_requests() == 0);
    ensure!(client.cookie("localhost", "__Host-session").is_none());
    Ok(())
}

impl Ground {
    /// What the program's own sweeper does, once.
    async fn sweep(&self) -> Result<()> {
        use linking_core::ports::Store as _;
        let now = self.stand.now()?;
        self.stand
            .measured()?
            .sweep(now, 500)
            .await
            .map(drop)
            .context("sweeping")
    }
}
