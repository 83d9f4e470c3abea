//! Who made a call.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use serde::Deserialize;

use super::lenient::{lenient, truth};
use crate::text::Text;

/// What kind of caller it was.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum IdentityKind {
    /// The account's owner.
    Root,
    /// A user with a key or a password of its own.
    #[serde(rename = "IAMUser")]
    IamUser,
    /// A session of a role: a person through SSO, an instance, a function, another account.
    AssumedRole,
    /// A role, in calls that name it rather than its session.
    Role,
    /// A session of `GetFederationToken`.
    FederatedUser,
    /// A directory that vouches by SAML.
    #[serde(rename = "SAMLUser")]
    SamlUser,
    /// A provider that vouches by OpenID Connect.
    WebIdentityUser,
    /// A user of IAM Identity Center.
    IdentityCenterUser,
    /// A user of a directory.
    Directory,
    /// Another account.
    #[serde(rename = "AWSAccount")]
    AwsAccount,
    /// A service of AWS.
    #[serde(rename = "AWSService")]
    AwsService,
    /// Whatever else is written.
    #[serde(other)]
    Unknown,
}

impl IdentityKind {
    /// As CloudTrail writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "Root",
            Self::IamUser => "IAMUser",
            Self::AssumedRole => "AssumedRole",
            Self::Role => "Role",
            Self::FederatedUser => "FederatedUser",
            Self::SamlUser => "SAMLUser",
            Self::WebIdentityUser => "WebIdentityUser",
            Self::IdentityCenterUser => "IdentityCenterUser",
            Self::Directory => "Directory",
            Self::AwsAccount => "AWSAccount",
            Self::AwsService => "AWSService",
            Self::Unknown => "Unknown",
        }
    }
}

/// Who made a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity<'a> {
    /// What kind of caller it was.
    pub kind: Option<IdentityKind>,
    /// Unique id; for a session `AROA…:session`.
    pub principal_id: Option<Text<'a>>,
    /// Name of the caller; of a session, not of its role.
    pub arn: Option<Text<'a>>,
    /// The caller's account.
    pub account: Option<Text<'a>>,
    /// Key that signed the call: `AKIA…` is permanent, `ASIA…` of a session.
    pub access_key: Option<Text<'a>>,
    /// Friendly name.
    pub user_name: Option<Text<'a>>,
    /// Service that called on the caller's behalf.
    pub invoked_by: Option<Text<'a>>,
    /// Who gave the session, where it is one.
    pub issuer: Option<Issuer<'a>>,
    /// Whether the session began with a second factor.
    pub multi_factor: Option<bool>,
}

/// The role or user that a session was given by.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Issuer<'a> {
    /// Name of the role.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub arn: Option<Text<'a>>,
    /// Friendly name.
    #[serde(borrow, default, rename = "userName", deserialize_with = "lenient")]
    pub user_name: Option<Text<'a>>,
}

impl Identity<'_> {
    /// Stable name of the caller: the role of a session, the user, the service, in this order.
    pub fn principal(&self) -> Option<&str> {
        let issuer = self.issuer.as_ref().and_then(|issuer| issuer.arn.as_ref());
        [
            issuer,
            self.arn.as_ref(),
            self.invoked_by.as_ref(),
            self.user_name.as_ref(),
            self.principal_id.as_ref(),
        ]
        .into_iter()
        .flatten()
        .map(Text::as_str)
        .find(|name| !name.is_empty())
    }

    /// Name of the session. That of an instance's own role is the instance's id.
    pub fn session(&self) -> Option<&str> {
        Some(self.principal_id.as_ref()?.as_str().split_once(':')?.1)
    }

    /// Whether the key that signed is a permanent one, which is what leaks.
    pub fn has_permanent_key(&self) -> bool {
        self.access_key.as_ref().is_some_and(|key| key.as_str().starts_with("AKIA"))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Identity<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(value)?;
        let session = members.session.unwrap_or_default();
        Ok(Self {
            kind: members.kind,
            principal_id: members.principal_id,
            arn: members.arn,
            account: members.account,
            access_key: members.access_key.filter(|key| !key.as_str().is_empty()),
            user_name: members.user_name,
            invoked_by: members.invoked_by,
            issuer: session.issuer.filter(|issuer| issuer.arn.is_some()),
            multi_factor: session.attributes.unwrap_or_default().multi_factor,
        })
    }
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: Option<IdentityKind>,
    #[serde(borrow, default, rename = "principalId", deserialize_with = "lenient")]
    principal_id: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    arn: Option<Text<'a>>,
    #[serde(borrow, default, rename = "accountId", deserialize_with = "lenient")]
    account: Option<Text<'a>>,
    #[serde(borrow, default, rename = "accessKeyId", deserialize_with = "lenient")]
    access_key: Option<Text<'a>>,
    #[serde(borrow, default, rename = "userName", deserialize_with = "lenient")]
    user_name: Option<Text<'a>>,
    #[serde(borrow, default, rename = "invokedBy", deserialize_with = "lenient")]
    invoked_by: Option<Text<'a>>,
    #[serde(borrow, default, rename = "sessionContext", deserialize_with = "lenient")]
    session: Option<Session<'a>>,
}

#[derive(Default, Deserialize)]
struct Session<'a> {
    #[serde(borrow, default, rename = "sessionIssuer", deserialize_with = "lenient")]
    issuer: Option<Issuer<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    attributes: Option<Attributes>,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default, rename = "mfaAuthenticated", deserialize_with = "truth")]
    multi_factor: Option<bool>,
}
