//! The environment of the function that refreshes the lists.

use tracing::Level;

use super::{EnvironmentError, FUNCTION, Given, INTEL_BUCKET};

/// What it says, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefreshEnvironment {
    /// Deployment.
    pub stage: String,
    /// S3 bucket of lists.
    pub bucket: String,
    /// How long settings are kept, milliseconds.
    pub settings_ttl: i64,
    /// Log level; none is off.
    pub log: Option<Level>,
    /// Function's name.
    pub function: String,
}

impl RefreshEnvironment {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// Returns [`EnvironmentError`] for the first variable that is missing or malformed.
    pub fn from_process() -> Result<Self, EnvironmentError> {
        #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the variables by name.
    ///
    /// # Errors
    ///
    /// Returns [`EnvironmentError`] for the first variable that is missing or malformed.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let read = Given(get);
        let missing = EnvironmentError::Missing { name: INTEL_BUCKET.name, meaning: INTEL_BUCKET.meaning };
        Ok(Self {
            stage: read.stage()?,
            bucket: read.given(INTEL_BUCKET).ok_or(missing)?,
            settings_ttl: read.settings_ttl()?,
            log: read.log()?,
            function: read.value(FUNCTION)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_and_bucket_are_enough_and_neither_can_be_left_out() {
        let read = |names: &[&str]| {
            RefreshEnvironment::read(|name| names.contains(&name).then(|| format!("of-{}", name.len())))
        };
        let environment = read(&["WEIR_STAGE", "WEIR_INTEL_BUCKET"]).unwrap();
        assert_eq!((environment.stage.as_str(), environment.bucket.as_str()), ("of-10", "of-17"));
        for (given, named) in [("WEIR_STAGE", "WEIR_INTEL_BUCKET"), ("WEIR_INTEL_BUCKET", "WEIR_STAGE")] {
            let error = read(&[given]).unwrap_err().to_string();
            assert!(error.contains(named) && error.contains("missing"), "{error}");
        }
    }
}
