//! Whose work it is to change Weir: declared automation, AWS itself, and the role that deploys it.

use weir_records::ApiCall;
use weir_records::api_call::IdentityKind;

use super::Taken;
use crate::prelude::account::AccountCalls;
use crate::state::DAY;

/// Through which stacks are made and changed.
const STACKS: &str = "cloudformation.amazonaws.com";

/// Roles kept that deployed Weir.
pub(in crate::prelude) const DEPLOYERS: usize = 16;

/// What is known of whoever takes something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::prelude) enum Caller {
    /// Named in `cloudtrail/automation`.
    Declared,
    /// A service of AWS.
    Service,
    /// Whoever deployed Weir a day ago or earlier, through a stack, from where it always calls.
    DeployerByStack,
    /// The same, by hand.
    Deployer,
    /// Somebody who makes or changes Weir's parts through a stack, as a deployment does.
    Stack,
    /// The same, before the account was watched for a day: the first deployment.
    FirstStack,
    /// Anybody else.
    Other,
}

impl Caller {
    /// Why the caller counts for less.
    pub(super) const fn words(self) -> Option<&'static str> {
        match self {
            Self::Declared => Some("the caller is declared in cloudtrail/automation"),
            Self::Service => Some("the caller is a service of AWS"),
            Self::DeployerByStack => Some("the caller deployed Weir before, and changes its stack"),
            Self::Deployer => Some("the caller deployed Weir before, from the same network"),
            Self::Stack | Self::FirstStack => Some("it is a change by a stack, as a deployment makes it"),
            Self::Other => None,
        }
    }
}

impl AccountCalls {
    /// What is known of a caller that takes something; notes that it deploys, where it does.
    ///
    /// `is_home` says that it calls from a network that it used a day ago or earlier. Deploying gives no right over
    /// flow logs and trails.
    pub(in crate::prelude) fn blinding_caller(
        &mut self,
        call: &ApiCall<'_>,
        who: u64,
        taken: &Taken,
        is_home: bool,
    ) -> Caller {
        let by_stack = call.service() == Some(STACKS);
        if call.identity.kind == Some(IdentityKind::AwsService) || is_role_of_service(call) {
            return Caller::Service;
        }
        if !taken.is_own {
            return Caller::Other;
        }
        let name = call.name.as_str();
        let deploys = !taken.is_removed && (by_stack || matches!(name, "UpdateStack" | "ExecuteChangeSet"));
        let is_deployer = is_home && self.deployed_since(who).is_some_and(|since| call.time - since >= DAY);
        if deploys && call.succeeded() {
            self.note_deployer(who, call.time);
        }
        match (is_deployer, deploys) {
            (true, _) if by_stack || deploys => Caller::DeployerByStack,
            (true, _) => Caller::Deployer,
            (false, true) if self.is_settled(call.time) => Caller::Stack,
            (false, true) => Caller::FirstStack,
            (false, false) => Caller::Other,
        }
    }

    fn deployed_since(&self, who: u64) -> Option<i64> {
        self.deployers.iter().find(|(have, ..)| *have == who).map(|(_, first, _)| *first)
    }

    fn note_deployer(&mut self, who: u64, time: i64) {
        if let Some((_, first, last)) = self.deployers.iter_mut().find(|(have, ..)| *have == who) {
            *first = time.min(*first);
            *last = time.max(*last);
            return;
        }
        if self.deployers.len() >= DEPLOYERS
            && let Some(oldest) =
                self.deployers.iter().enumerate().min_by_key(|(_, (.., last))| *last).map(|(at, _)| at)
        {
            self.deployers.swap_remove(oldest);
        }
        self.deployers.push((who, time, time));
    }
}

/// Whether the session is of a role that only a service can take.
fn is_role_of_service(call: &ApiCall<'_>) -> bool {
    call.identity.principal().is_some_and(|name| name.contains(":role/aws-service-role/"))
}
