//! An EC2 that does not answer as it should: what the emulator cannot be made to do.

use weir_lambda::{Answer, Fault, Proxy};

use crate::account::{Account, scheduled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_throttled_refresh_waits_and_ends_well() {
    let account = Account::new("throttled").await;
    let launched = account.launch(1, "t3.micro", "web").await;
    let throttled = [
        Fault::query("Action=DescribeInstances&", 503, "RequestLimitExceeded"),
        Fault::query("Action=DescribeNetworkInterfaces&", 503, "RequestLimitExceeded"),
    ];
    let ec2 = Proxy::start(&account.moto.endpoint, throttled).await;
    let mut function = account.function(&ec2.endpoint).await;
    function.succeed(&scheduled()).await;
    assert_eq!(ec2.left(), 0);
    assert!(account.inventory().await.instance(&launched[0].id).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_refresh_that_ec2_refuses_says_why_and_leaves_the_last_inventory_in_force() {
    let account = Account::new("refused").await;
    account.launch(1, "t3.micro", "web").await;
    account.function(&account.moto.endpoint).await.succeed(&scheduled()).await;
    let before = account.inventory().await.updated();
    for (code, part) in
        [("ExpiredToken", "expired"), ("UnauthorizedOperation", "allow `ec2:DescribeInstances`")]
    {
        let fault = Fault::query("Action=DescribeInstances&", 400, code);
        let ec2 = Proxy::start(&account.moto.endpoint, [fault]).await;
        let mut function = account.function(&ec2.endpoint).await;
        let Answer::Failed(error) = function.invoke(&scheduled()).await else { panic!("{code}") };
        assert!(error.contains("Weir.Inventory") && error.contains(part), "{error}");
        assert_eq!(account.inventory().await.updated(), before, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_was_described_before_ec2_failed_is_kept() {
    let account = Account::new("half").await;
    account.function(&account.moto.endpoint).await.succeed(&scheduled()).await;
    let before = account.inventory().await.updated();
    let launched = account.launch(1, "t3.micro", "web").await;

    let denied = Fault::query("Action=DescribeNetworkInterfaces&", 403, "UnauthorizedOperation");
    let ec2 = Proxy::start(&account.moto.endpoint, [denied]).await;
    let mut function = account.function(&ec2.endpoint).await;
    assert!(matches!(function.invoke(&scheduled()).await, Answer::Failed(_)));
    let inventory = account.inventory().await;
    assert!(inventory.instance(&launched[0].id).is_some());
    assert_eq!(inventory.updated(), before, "not everything was seen");
}
