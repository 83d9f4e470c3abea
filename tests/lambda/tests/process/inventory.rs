//! What the inventory holds after the clock's event, and after an instance's.

use weir_intel::inventory::InterfaceClass;
use weir_lambda::texts;

use crate::account::{Account, changed, scheduled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_refresh_reads_every_page_and_a_second_one_what_changed() {
    let account = Account::new("pages").await;
    let many = account.launch(1_001, "t3.micro", "web").await;
    let fast = account.launch(1, "c5n.large", "relay").await;
    let mut function = account.function(&account.moto.endpoint).await;
    function.succeed(&scheduled()).await;

    assert_eq!(function.metric("Inventory").await, 2 * 1_002);
    let inventory = account.inventory().await;
    for one in &many {
        assert!(inventory.instance(&one.id).is_some(), "{}", one.id);
    }
    let instance = inventory.instance(&fast[0].id).unwrap();
    assert_eq!(instance.instance_type.as_deref(), Some("c5n.large"));
    assert_eq!(instance.tags, ["role=relay"]);
    assert!(instance.launched.is_some());
    assert_eq!(instance.interfaces, [fast[0].interface.as_str()]);
    assert_eq!(inventory.bandwidth("c5n.large").unwrap().baseline, 3.0);
    let interface = inventory.interface(&fast[0].interface).unwrap();
    assert_eq!(interface.class, InterfaceClass::Instance);
    assert_eq!(interface.private, [fast[0].address.parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!(interface.subnet.as_deref(), Some(fast[0].subnet.as_str()));

    account.moto.call("TerminateInstances", &[("InstanceId.1", &fast[0].id)]).await;
    function.succeed(&scheduled()).await;
    // The emulator keeps the interface of what was terminated.
    assert_eq!(function.metric("Inventory").await, (2 * 1_002) + (2 * 1_002 - 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_instance_that_changed_is_described_alone_and_its_interface_follows_it() {
    let account = Account::new("changed").await;
    let first = account.launch(2, "t3.micro", "web").await;
    let mut function = account.function(&account.moto.endpoint).await;
    function.succeed(&scheduled()).await;

    let late = account.launch(1, "m5.large", "late").await;
    function.succeed(&changed(&late[0].id, "running")).await;
    assert_eq!(account.inventory().await.instance(&late[0].id).unwrap().tags, ["role=late"]);
    assert!(account.inventory().await.bandwidth("m5.large").is_some());

    let made = account.moto.call("CreateNetworkInterface", &[("SubnetId", &first[0].subnet)]).await;
    let spare = texts(&made, "networkInterfaceId")[0].to_owned();
    let attach = async |instance: &str| {
        let to = [("NetworkInterfaceId", spare.as_str()), ("InstanceId", instance), ("DeviceIndex", "1")];
        let attached = account.moto.call("AttachNetworkInterface", &to).await;
        texts(&attached, "attachmentId")[0].to_owned()
    };
    let attachment = attach(&first[0].id).await;
    function.succeed(&changed(&first[0].id, "running")).await;
    let owner = |inventory: weir_intel::Inventory| inventory.interface(&spare).unwrap().instance.clone();
    assert_eq!(owner(account.inventory().await).as_deref(), Some(first[0].id.as_str()));

    account.moto.call("DetachNetworkInterface", &[("AttachmentId", &attachment)]).await;
    attach(&first[1].id).await;
    // An event of the one that lost it finds the new owner too.
    function.succeed(&changed(&first[0].id, "stopped")).await;
    assert_eq!(owner(account.inventory().await).as_deref(), Some(first[1].id.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn refreshes_that_meet_lose_nothing() {
    let account = Account::new("meet").await;
    let launched = account.launch(6, "t3.micro", "web").await;
    let mut functions = Vec::new();
    for _ in 0..3 {
        functions.push(account.function(&account.moto.endpoint).await);
    }
    let [one, two, three] = &mut functions[..] else { panic!() };
    let event = |at: usize| changed(&launched[at].id, "running");
    let work = async |function: &mut weir_lambda::Function, at: usize| {
        function.succeed(&event(at)).await;
        function.succeed(&event(at + 1)).await;
    };
    tokio::join!(work(one, 0), work(two, 2), work(three, 4));

    let inventory = account.inventory().await;
    for one in &launched {
        assert!(inventory.instance(&one.id).is_some(), "{}", one.id);
    }
}
