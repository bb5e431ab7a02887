//! Tokens in Secrets Manager.

use anyhow::{Result, ensure};
use tests::{Reply, Wall, eventually};

use crate::aws::Aws;

const TOKEN: &str = "from-secrets-manager";

#[tokio::test]
async fn a_token_in_secrets_manager_lets_posters_in_and_strangers_not() -> Result<()> {
    let aws = Aws::start().await?;
    let secret = ["secretsmanager", "create-secret", "--name", "wall/poster", "--secret-string", TOKEN];
    aws.cli(&secret).await?;
    let builder = Wall::builder()?.variable("POSTERS", "token").variable("TOKENS_SECRET", "poster=wall/poster");
    let wall = builder.variable("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws.url()).start().await?;
    let logs = format!("{}.logs", wall.volume().display());
    // Too many tries before the secret was read would lock this client out.
    eventually("the secret in the reader", async || {
        let logs: Result<Vec<_>, _> = fs_err::read_dir(&logs)?.map(|log| fs_err::read_to_string(log?.path())).collect();
        ensure!(logs?.concat().contains("token_changed"));
        Ok(())
    })
    .await?;
    let post = || wall.http.post(wall.page("/api/messages")).header("content-type", "text/plain").body("Hello");
    let stranger = Reply::to(post()).await?;
    ensure!(stranger.status == 401, "{stranger:?}");
    Reply::to(post().bearer_auth(TOKEN)).await?.success()?;
    Ok(())
}
