//! Which AWS services' addresses are no external egress.

/// Whether traffic with an address of `service` (`pkt-dst-aws-service`) is external egress.
///
/// Storage and control services are where an account's own work goes. EC2, AMAZON, GLOBALACCELERATOR
/// and CLOUDFRONT stay external: proxyware tunnels end there, and scans and floods hit them
/// (threats.md 3). A name that is not known stays external too.
pub fn is_external_egress(service: &str) -> bool {
    !matches!(
        service,
        "S3" | "DYNAMODB"
            | "API_GATEWAY"
            | "KINESIS_VIDEO_STREAMS"
            | "EBS"
            | "CODEBUILD"
            | "ROUTE53"
            | "ROUTE53_HEALTHCHECKS"
            | "ROUTE53_HEALTHCHECKS_PUBLISHING"
            | "ROUTE53_RESOLVER"
            | "EC2_INSTANCE_CONNECT"
            | "WORKSPACES_GATEWAYS"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_end_at_services_that_stay_external() {
        for external in ["GLOBALACCELERATOR", "CLOUDFRONT", "EC2", "AMAZON", "SOMETHING_NEW"] {
            assert!(is_external_egress(external), "{external}");
        }
        for inside in ["S3", "DYNAMODB", "ROUTE53_RESOLVER"] {
            assert!(!is_external_egress(inside), "{inside}");
        }
    }
}
