//! The environment of the function that forwarders post to.

use super::{Environment, EnvironmentError, Given, TOKEN_PARAMETER, checked};

/// What it says, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IngestEnvironment {
    /// What it shares with the other functions that judge.
    pub common: Environment,
    /// Parameter that holds the tokens; none where the function's URL is not open to others.
    pub token_parameter: Option<String>,
}

impl IngestEnvironment {
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
        let common = Environment::read(&get)?;
        let read = Given(get);
        let settings = format!("/weir/{}/", common.stage);
        let token_parameter = read
            .given(TOKEN_PARAMETER)
            .map(|name| {
                let expected = "the name of a parameter outside of the settings, which every function reads";
                checked(TOKEN_PARAMETER, expected, name, |name| !name.starts_with(&settings))
            })
            .transpose()?;
        Ok(Self { common, token_parameter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_of_tokens_may_be_absent_and_may_not_lie_among_the_settings() {
        let read = |token: Option<&'static str>| {
            IngestEnvironment::read(|name| {
                let value = match name {
                    "WEIR_STAGE" => "prod",
                    "WEIR_TABLE" => "weir",
                    "WEIR_TOPIC_ARN" => "arn:aws:sns:eu-west-1:111122223333:weir",
                    "WEIR_TOKEN_PARAMETER" => token?,
                    _ => return None,
                };
                Some(value.to_owned())
            })
        };
        assert_eq!(read(None).unwrap().token_parameter, None);
        assert_eq!(read(Some("/weir-tokens/prod")).unwrap().token_parameter.unwrap(), "/weir-tokens/prod");
        let error = read(Some("/weir/prod/token")).unwrap_err().to_string();
        assert!(
            error.contains("WEIR_TOKEN_PARAMETER") && error.contains("outside of the settings"),
            "{error}"
        );
    }
}
