//! The services that everybody in a world knows.

use crate::scenario::internet::{Service, Where};

/// Metrics.
pub(super) const METRICS: Service = Service("metrics", Where::Own);
/// Logs.
pub(super) const LOGS: Service = Service("logs", Where::Aws("AMAZON"));
/// S3.
pub(super) const S3: Service = Service("s3", Where::Aws("S3"));
/// Dynamodb.
pub(super) const DYNAMODB: Service = Service("dynamodb", Where::Aws("DYNAMODB"));
/// Packages.
pub(super) const PACKAGES: Service = Service("packages", Where::Aws("CLOUDFRONT"));
/// Images.
pub(super) const IMAGES: Service = Service("images", Where::Own);
/// Modules.
pub(super) const MODULES: Service = Service("modules", Where::Own);
/// Code.
pub(super) const CODE: Service = Service("code", Where::Own);
/// Broker.
pub(super) const BROKER: Service = Service("broker", Where::Aws("EC2"));
/// Payments.
pub(super) const PAYMENTS: Service = Service("payments", Where::Own);
/// Chat.
pub(super) const CHAT: Service = Service("chat", Where::Aws("GLOBALACCELERATOR"));
/// Search.
pub(super) const SEARCH: Service = Service("search", Where::Aws("EC2"));
/// Backup-vault.
pub(super) const VAULT: Service = Service("backup-vault", Where::Own);
/// Time.
pub(super) const TIME: Service = Service("time", Where::Own);
