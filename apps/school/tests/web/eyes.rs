use crate::world::World;
#[tokio::test]
async fn eyes() {
    if std::env::var("EYES").is_err() {
        return;
    }
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080")
        .await
        .unwrap();
    axum::serve(listener, world.app.clone()).await.unwrap();
}
