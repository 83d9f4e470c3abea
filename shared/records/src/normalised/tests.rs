use serde_json::{Value, json};

use super::*;

fn bare() -> Flow<'static> {
    let (src, dst) = ("10.0.0.5".parse().unwrap(), "2001:db8:0:0:0:0:0:1".parse().unwrap());
    Flow::between(src, dst, 1_700_000_000_000, 1_700_000_060_000)
}

fn json_of(normalised: Normalised<'_>) -> Value {
    serde_json::to_value(normalised).unwrap()
}

#[test]
fn what_a_flow_does_not_know_is_absent_and_an_address_is_canonical() {
    assert_eq!(
        json_of(Normalised::from(&bare())),
        json!({
            "class_uid": 4001,
            "metadata": {"log_name": "vpc-flow"},
            "start_time": 1_700_000_000_000i64,
            "end_time": 1_700_000_060_000i64,
            "src_endpoint": {"ip": "10.0.0.5"},
            "dst_endpoint": {"ip": "2001:db8::1"},
            "connection_info": {"direction_id": 0},
        })
    );
}

#[test]
fn counts_are_told_from_the_side_of_the_interface_where_that_is_known() {
    let flow = Flow { bytes: Some(0), packets: Some(3), ..bare() };
    let traffic = |direction| json_of(Normalised::from(&Flow { direction, ..flow }))["traffic"].clone();
    assert_eq!(traffic(None), json!({"bytes": 0, "packets": 3}));
    assert_eq!(traffic(Some(Direction::Egress)), json!({"bytes_out": 0, "packets_out": 3}));
    assert_eq!(traffic(Some(Direction::Ingress)), json!({"bytes_in": 0, "packets_in": 3}));
}

#[test]
fn the_logged_direction_outranks_the_one_told_by_addresses() {
    let id = |flow: &Flow<'_>, told| {
        json_of(Normalised::from(flow).or_direction(told))["connection_info"]["direction_id"].clone()
    };
    assert_eq!(id(&bare(), Some(Direction::Egress)), 2);
    assert_eq!(id(&bare(), None), 0);
    let logged = Flow { direction: Some(Direction::Ingress), ..bare() };
    assert_eq!(id(&logged, Some(Direction::Egress)), 1);
}

#[test]
fn a_rejected_flow_is_denied() {
    let action = |action| json_of(Normalised::from(&Flow { action, ..bare() }))["action_id"].clone();
    assert_eq!(action(Some(Action::Reject)), 2);
    assert_eq!(action(Some(Action::Accept)), 1);
    assert_eq!(action(None), Value::Null);
}

#[test]
fn every_field_of_a_full_flow_has_its_place() {
    let flow = Flow {
        src_port: Some(0),
        dst_port: Some(443),
        protocol: Some(6),
        tcp_flags: Some(19),
        direction: Some(Direction::Egress),
        traffic_path: Some(8),
        pkt_src: Some("10.0.0.6".parse().unwrap()),
        pkt_dst: Some("203.0.113.9".parse().unwrap()),
        src_service: Some("EC2"),
        dst_service: Some("S3"),
        account: Some("012345678901"),
        region: Some("eu-west-1"),
        vpc: Some("vpc-0a"),
        subnet: Some("subnet-0a"),
        interface: Some("tgw-attach-0a"),
        interface_type: Some("nat_gateway"),
        instance: Some("i-0a"),
        asg_tag: Some("fleet"),
        instance_tag: Some("relay"),
        container: Some("c0ffee"),
        ..bare()
    };
    let record = json_of(Normalised::from(&flow));
    assert_eq!(record["metadata"]["log_name"], "tgw-flow");
    assert_eq!(record["src_endpoint"], json!({"ip": "10.0.0.5", "port": 0, "svc_name": "EC2"}));
    assert_eq!(record["dst_endpoint"], json!({"ip": "2001:db8::1", "port": 443, "svc_name": "S3"}));
    assert_eq!(record["connection_info"], json!({"protocol_num": 6, "direction_id": 2, "tcp_flags": 19}));
    assert_eq!(
        record["device"],
        json!({"interface_uid": "tgw-attach-0a", "instance_uid": "i-0a", "vpc_uid": "vpc-0a", "subnet_uid": "subnet-0a"})
    );
    assert_eq!(record["container"], json!({"uid": "c0ffee"}));
    assert_eq!(record["cloud"], json!({"account": {"uid": "012345678901"}, "region": "eu-west-1"}));
    assert_eq!(
        record["unmapped"],
        json!({
            "pkt_srcaddr": "10.0.0.6", "pkt_dstaddr": "203.0.113.9", "traffic_path": 8,
            "interface_type": "nat_gateway", "asg_tag": "fleet", "instance_tag": "relay",
        })
    );
}
