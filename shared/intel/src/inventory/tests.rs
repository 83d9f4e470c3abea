use super::*;

fn inventory(files: &[&str]) -> Inventory {
    let mut inventory = Inventory::default();
    for file in files {
        inventory.merge(file.as_bytes()).unwrap();
    }
    inventory
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

const INSTANCES: &str = r#"{"Reservations":[{"OwnerId":"111122223333","Instances":[{
    "InstanceId":"i-0aa","InstanceType":"c6in.large","LaunchTime":"2026-11-02T10:00:00+00:00","VpcId":"vpc-1",
    "PublicIpAddress":"198.51.100.7","State":{"Name":"running","Code":16},
    "Tags":[{"Key":"role","Value":"web"},{"Key":"aws:autoscaling:groupName","Value":"front"},
            {"Key":"aws:ec2launchtemplate:id","Value":"lt-9"}],
    "NetworkInterfaces":[{"NetworkInterfaceId":"eni-0aa","InterfaceType":"interface","Description":"ELB lookalike",
        "PrivateIpAddress":"10.0.0.5","PrivateIpAddresses":[{"PrivateIpAddress":"10.0.0.5","Primary":true},
        {"PrivateIpAddress":"10.0.0.6"}],"Ipv6Addresses":[{"Ipv6Address":"2001:db8::5"}]}]}]}]}"#;

#[test]
fn an_instance_is_found_by_its_id_its_interface_and_each_of_its_addresses() {
    let read = inventory(&[INSTANCES]);
    let instance = read.instance("i-0aa").unwrap();
    assert_eq!(instance.family(), Some("c6in"));
    assert_eq!(instance.launched, Some(1_793_613_600_000));
    assert_eq!(instance.scaling_group.as_deref(), Some("front"));
    assert_eq!(instance.launch_template.as_deref(), Some("lt-9"));
    assert_eq!(instance.public, Some(ip("198.51.100.7")));
    assert_eq!(instance.interfaces, ["eni-0aa"]);
    assert_eq!(
        instance.tags,
        ["aws:autoscaling:groupName=front", "aws:ec2launchtemplate:id=lt-9", "role=web"]
    );
    for address in ["10.0.0.5", "10.0.0.6", "2001:db8::5", "::ffff:10.0.0.5"] {
        assert_eq!(
            read.interface_at(ip(address), None).unwrap().instance.as_deref(),
            Some("i-0aa"),
            "{address}"
        );
    }
    assert_eq!(read.interface_at(ip("10.0.0.7"), None), None);
}

#[test]
fn a_description_that_anyone_can_write_does_not_hide_an_instance() {
    assert_eq!(inventory(&[INSTANCES]).interface_class("eni-0aa"), Some(InterfaceClass::Instance));
}

#[test]
fn interfaces_are_told_by_type_then_requester_then_description() {
    let table = [
        (r#""InterfaceType":"nat_gateway""#, InterfaceClass::Nat),
        (r#""InterfaceType":"network_load_balancer""#, InterfaceClass::LoadBalancer),
        (r#""InterfaceType":"gateway_load_balancer_endpoint""#, InterfaceClass::Endpoint),
        (r#""InterfaceType":"transit_gateway""#, InterfaceClass::TransitGateway),
        (r#""InterfaceType":"lambda""#, InterfaceClass::Lambda),
        (
            r#""InterfaceType":"interface","Description":"ELB app/front/50dc6c495c0c9188""#,
            InterfaceClass::LoadBalancer,
        ),
        (
            r#""InterfaceType":"interface","Description":"ELB net/front/50dc6c495c0c9188""#,
            InterfaceClass::LoadBalancer,
        ),
        (r#""Description":"Interface for NAT Gateway nat-0123""#, InterfaceClass::Nat),
        (r#""Description":"VPC Endpoint Interface vpce-0123""#, InterfaceClass::Endpoint),
        (
            r#""Description":"Network Interface for Transit Gateway Attachment tgw-attach-0123""#,
            InterfaceClass::TransitGateway,
        ),
        (r#""RequesterId":"amazon-elb","RequesterManaged":true"#, InterfaceClass::LoadBalancer),
        (
            r#""InterfaceType":"interface","TagSet":[{"Key":"AWSNetworkFirewallManaged","Value":"true"}]"#,
            InterfaceClass::Firewall,
        ),
        (r#""InterfaceType":"interface","Attachment":{"InstanceId":"i-1"}"#, InterfaceClass::Instance),
        (r#""InterfaceType":"interface","Description":"RDSNetworkInterface""#, InterfaceClass::Other),
        (r#""InterfaceType":"something_new""#, InterfaceClass::Other),
    ];
    for (fields, class) in table {
        let read =
            inventory(&[&format!(r#"{{"NetworkInterfaces":[{{"NetworkInterfaceId":"eni-1",{fields}}}]}}"#)]);
        assert_eq!(read.interface_class("eni-1"), Some(class), "{fields}");
    }
}

#[test]
fn a_record_that_says_only_interface_leaves_the_word_to_the_files() {
    let read = inventory(&[
        r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","InterfaceType":"interface","Description":"ELB app/a/b"}]}"#,
    ]);
    assert_eq!(read.classify("eni-1", Some("interface")), Some(InterfaceClass::LoadBalancer));
    assert_eq!(read.classify("eni-1", Some("nat_gateway")), Some(InterfaceClass::Nat));
    assert_eq!(read.classify("eni-2", Some("interface")), Some(InterfaceClass::Other));
    assert_eq!(read.classify("eni-2", None), None);
}

#[test]
fn files_complete_each_other_in_either_order() {
    let interfaces = r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-0aa","SubnetId":"subnet-1","VpcId":"vpc-1",
        "Attachment":{"InstanceId":"i-0aa"},"Association":{"PublicIp":"198.51.100.7"},
        "TagSet":[{"Key":"Name","Value":"front-1"}]},
        {"NetworkInterfaceId":"eni-0bb","Attachment":{"InstanceId":"i-0aa"}}]}"#;
    for files in [[INSTANCES, interfaces], [interfaces, INSTANCES]] {
        let read = inventory(&files);
        let interface = read.interface("eni-0aa").unwrap();
        assert_eq!(interface.subnet.as_deref(), Some("subnet-1"));
        assert_eq!(interface.public, Some(ip("198.51.100.7")));
        assert_eq!(interface.tags, ["Name=front-1"]);
        assert_eq!(interface.private.len(), 3);
        assert_eq!(read.instance("i-0aa").unwrap().interfaces, ["eni-0aa", "eni-0bb"]);
        assert_eq!(read.instance("i-0aa").unwrap().instance_type.as_deref(), Some("c6in.large"));
    }
}

#[test]
fn an_address_that_two_vpcs_use_is_decided_by_the_vpc_or_not_at_all() {
    let read = inventory(&[r#"{"NetworkInterfaces":[
        {"NetworkInterfaceId":"eni-1","VpcId":"vpc-1","PrivateIpAddress":"10.0.0.5"},
        {"NetworkInterfaceId":"eni-2","VpcId":"vpc-2","PrivateIpAddress":"10.0.0.5"}]}"#]);
    assert_eq!(read.interface_at(ip("10.0.0.5"), None), None);
    assert_eq!(read.interface_at(ip("10.0.0.5"), Some("vpc-2")).unwrap().id, "eni-2");
    assert_eq!(read.interface_at(ip("10.0.0.5"), Some("vpc-3")), None);
}

#[test]
fn bandwidth_is_that_of_all_cards_and_absent_where_aws_gives_none() {
    let read = inventory(&[r#"{"InstanceTypes":[
        {"InstanceType":"c6in.large","NetworkInfo":{"NetworkPerformance":"Up to 25 Gigabit","NetworkCards":[
            {"NetworkCardIndex":0,"BaselineBandwidthInGbps":3.125,"PeakBandwidthInGbps":25.0}]}},
        {"InstanceType":"p5.48xlarge","NetworkInfo":{"NetworkCards":[
            {"BaselineBandwidthInGbps":100,"PeakBandwidthInGbps":100},
            {"BaselineBandwidthInGbps":100,"PeakBandwidthInGbps":100}]}},
        {"InstanceType":"t1.micro","NetworkInfo":{"NetworkPerformance":"Very Low"}}]}"#]);
    assert_eq!(read.bandwidth("c6in.large"), Some(Bandwidth { baseline: 3.125, peak: 25.0 }));
    assert_eq!(read.bandwidth("p5.48xlarge").unwrap().baseline, 200.0);
    assert_eq!(read.bandwidth("t1.micro"), None);
}

#[test]
fn pages_one_after_another_are_one_file_and_nulls_are_absent() {
    let read = inventory(&[concat!(
        r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","TagSet":null,"Association":null}],"NextToken":"x"}"#,
        "\n",
        r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-2","PrivateIpAddress":"none"},{}],"Reservations":null}"#,
    )]);
    assert!(read.interface("eni-1").is_some() && read.interface("eni-2").is_some());
    assert!(!read.is_empty() && inventory(&["{}", ""]).is_empty());
}

#[test]
fn a_broken_file_is_an_error_with_its_line_and_adds_nothing() {
    let mut read = Inventory::default();
    let broken = "{\"NetworkInterfaces\":[{\"NetworkInterfaceId\":\"eni-1\"}]}\n{\"NetworkInterfaces\":5}";
    assert_eq!(read.merge(broken.as_bytes()).unwrap_err().line(), 2);
    assert!(read.merge(b"[1]").is_err() && read.merge(b"\xff").is_err());
    assert!(read.is_empty());
}
