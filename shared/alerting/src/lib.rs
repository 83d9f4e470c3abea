//! a finding as OCSF, as text for people, and as one SNS message.
