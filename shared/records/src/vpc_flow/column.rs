//! The columns of a flow log, by the names AWS gives them.

/// What a column holds, as far as a [`Flow`](crate::Flow) has a place for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Column {
    Ignored,
    Version,
    Account,
    Interface,
    Src,
    Dst,
    SrcPort,
    DstPort,
    Protocol,
    Packets,
    Bytes,
    Start,
    End,
    Action,
    LogStatus,
    Vpc,
    Subnet,
    Instance,
    TcpFlags,
    PktSrc,
    PktDst,
    Region,
    SrcService,
    DstService,
    Direction,
    TrafficPath,
    Container,
    InterfaceType,
    AsgTag,
    InstanceTag,
    /// A transit gateway attachment: it names the "interface" of a transit gateway log.
    Attachment,
}

/// Documented names, without their separators, in the order in which versions added them.
///
/// # Source
///
/// "Available fields", <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html> and
/// <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html>.
const NAMES: &[(&str, Column)] = &[
    ("version", Column::Version),
    ("accountid", Column::Account),
    ("interfaceid", Column::Interface),
    ("srcaddr", Column::Src),
    ("dstaddr", Column::Dst),
    ("srcport", Column::SrcPort),
    ("dstport", Column::DstPort),
    ("protocol", Column::Protocol),
    ("packets", Column::Packets),
    ("bytes", Column::Bytes),
    ("start", Column::Start),
    ("end", Column::End),
    ("action", Column::Action),
    ("logstatus", Column::LogStatus),
    ("vpcid", Column::Vpc),
    ("subnetid", Column::Subnet),
    ("instanceid", Column::Instance),
    ("tcpflags", Column::TcpFlags),
    ("type", Column::Ignored),
    ("pktsrcaddr", Column::PktSrc),
    ("pktdstaddr", Column::PktDst),
    ("region", Column::Region),
    ("azid", Column::Ignored),
    ("sublocationtype", Column::Ignored),
    ("sublocationid", Column::Ignored),
    ("pktsrcawsservice", Column::SrcService),
    ("pktdstawsservice", Column::DstService),
    ("flowdirection", Column::Direction),
    ("trafficpath", Column::TrafficPath),
    ("tgwid", Column::Ignored),
    ("tgwattachmentid", Column::Attachment),
    ("tgwsrcvpcaccountid", Column::Ignored),
    ("tgwdstvpcaccountid", Column::Ignored),
    ("tgwsrcvpcid", Column::Ignored),
    ("tgwdstvpcid", Column::Ignored),
    ("tgwsrcsubnetid", Column::Ignored),
    ("tgwdstsubnetid", Column::Ignored),
    ("tgwsrceni", Column::Ignored),
    ("tgwdsteni", Column::Ignored),
    ("tgwsrcazid", Column::Ignored),
    ("tgwdstazid", Column::Ignored),
    ("tgwpairattachmentid", Column::Ignored),
    ("packetslostnoroute", Column::Ignored),
    ("packetslostblackhole", Column::Ignored),
    ("packetslostmtuexceeded", Column::Ignored),
    ("packetslostttlexpired", Column::Ignored),
    ("resourcetype", Column::Ignored),
    ("ecsclusterarn", Column::Ignored),
    ("ecsclustername", Column::Ignored),
    ("ecscontainerinstancearn", Column::Ignored),
    ("ecscontainerinstanceid", Column::Ignored),
    ("ecscontainerid", Column::Container),
    ("ecssecondcontainerid", Column::Ignored),
    ("ecsservicename", Column::Ignored),
    ("ecstaskdefinitionarn", Column::Ignored),
    ("ecstaskarn", Column::Ignored),
    ("ecstaskid", Column::Ignored),
    ("rejectreason", Column::Ignored),
    ("resourceid", Column::Ignored),
    ("encryptionstatus", Column::Ignored),
    ("instancetag", Column::InstanceTag),
    ("instancetag2", Column::Ignored),
    ("interfacetag", Column::Ignored),
    ("interfacetag2", Column::Ignored),
    ("asgtag", Column::AsgTag),
    ("asgtag2", Column::Ignored),
    ("interfacetype", Column::InterfaceType),
    ("nexthopinterfaceid", Column::Ignored),
    ("nexthopsubnetid", Column::Ignored),
    ("nexthopazid", Column::Ignored),
    ("nexthopvpcid", Column::Ignored),
    ("nexthopinterfacetype", Column::Ignored),
];

impl Column {
    /// The column of this name, written with hyphens, underscores or in camel case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut key = [0u8; 32];
        let mut length = 0;
        for byte in name.bytes().filter(|byte| *byte != b'-' && *byte != b'_') {
            *key.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        }
        let key = key.get(..length)?;
        NAMES.iter().find(|(known, _)| known.as_bytes() == key).map(|(_, column)| *column)
    }

    /// The name in a reject, as AWS writes it in a header.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Version => "version",
            Self::Account => "account-id",
            Self::Interface => "interface-id",
            Self::Src => "srcaddr",
            Self::Dst => "dstaddr",
            Self::SrcPort => "srcport",
            Self::DstPort => "dstport",
            Self::Protocol => "protocol",
            Self::Packets => "packets",
            Self::Bytes => "bytes",
            Self::Start => "start",
            Self::End => "end",
            Self::Action => "action",
            Self::LogStatus => "log-status",
            Self::Vpc => "vpc-id",
            Self::Subnet => "subnet-id",
            Self::Instance => "instance-id",
            Self::TcpFlags => "tcp-flags",
            Self::PktSrc => "pkt-srcaddr",
            Self::PktDst => "pkt-dstaddr",
            Self::Region => "region",
            Self::SrcService => "pkt-src-aws-service",
            Self::DstService => "pkt-dst-aws-service",
            Self::Direction => "flow-direction",
            Self::TrafficPath => "traffic-path",
            Self::Container => "ecs-container-id",
            Self::InterfaceType => "interface-type",
            Self::AsgTag => "asg-tag",
            Self::InstanceTag => "instance-tag",
            Self::Attachment => "tgw-attachment-id",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_hyphens_underscores_and_camel_case() {
        for name in ["pkt-src-aws-service", "pkt_src_aws_service", "pktSrcAwsService"] {
            assert_eq!(Column::named(name), Some(Column::SrcService));
        }
        assert_eq!(Column::named("subNetId"), Some(Column::Subnet));
        assert_eq!(Column::named("az-id"), Some(Column::Ignored));
        assert_eq!(Column::named("field-of-next-year"), None);
        assert_eq!(Column::named(&"a".repeat(99)), None);
    }

    #[test]
    fn every_used_column_is_found_by_the_name_that_rejects_print() {
        for (_, column) in NAMES.iter().filter(|(_, column)| *column != Column::Ignored) {
            assert_eq!(Column::named(column.name()), Some(*column));
        }
    }
}
