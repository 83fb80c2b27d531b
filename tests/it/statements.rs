//! What goes to the database for a sign-in and for a page (`architecture.md`, Speed by design).

use anyhow::{Result, ensure};
use linking_storage::Counts;

use crate::{
    client::{Client, Page},
    stand::Stand,
};

async fn counted(
    stand: &Stand,
    work: impl Future<Output = Result<Page>>,
) -> Result<(Counts, Page)> {
    let before = stand.measured()?.statements();
    let page = work.await?;
    Ok((stand.measured()?.statements().since(before), page))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_of_a_linked_person_is_twelve_statements_and_three_commits() -> Result<()> {
    let stand = Stand::timed("statements-sign-in").await?;
    stand.linked("sokolova", "sokolova").await?;
    let client = stand.client();
    let page = stand.sign_in_page(&client).await?;
    let simulator = stand.simulator();
    let label = "Вход с учетной записью портала гос. услуг";
    let (start, page) = counted(&stand, async {
        let answer = client
            .press_until(&page, label, &[], |to| to.as_str().starts_with(&simulator))
            .await?;
        Ok(answer)
    })
    .await?;
    let at_provider = client.follow(page, None).await?;
    let callback = stand.callback_of(&client, at_provider, "sokolova").await?;
    let (end, page) = counted(&stand, client.get(callback.as_str())).await?;
    ensure!(page.header("location") == "/", "{}", page.text());
    let statements = start.statements + end.statements;
    let commits = start.commits + end.commits;
    ensure!(statements <= 12, "{start:?} and {end:?}");
    ensure!(commits <= 3, "{start:?} and {end:?}");
    Ok(())
}

/// Pages of a signed-in person.
const PAGES: [&str; 6] = [
    "/",
    "/settings",
    "/settings/contacts",
    "/settings/history",
    "/settings/step-up",
    "/settings/ways/gosuslugi/unlink",
];

async fn page_counts(stand: &Stand, client: &Client) -> Result<Vec<(String, Counts)>> {
    let mut counts = Vec::new();
    for path in PAGES {
        let (count, page) = counted(stand, client.get(&stand.at(path))).await?;
        ensure!(page.status.is_success(), "{path}: {}", page.status);
        counts.push((path.to_owned(), count));
    }
    Ok(counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_the_same_for_one_line_of_history_as_for_fifty() -> Result<()> {
    let stand = Stand::timed("statements-pages").await?;
    let client = stand.linked("sokolova", "sokolova").await?;
    let few = page_counts(&stand, &client).await?;
    for _ in 0..50 {
        stand.sign_in(&stand.client(), "sokolova").await?;
    }
    ensure!(stand.records().await?.sessions("sokolova").await?.len() > 50);
    let many = page_counts(&stand, &client).await?;
    ensure!(few == many, "{few:?}\n{many:?}");
    for (path, count) in few {
        ensure!(count.statements <= 6, "{path}: {count:?}");
        ensure!(count.commits == 0, "{path}: {count:?}");
    }
    Ok(())
}
