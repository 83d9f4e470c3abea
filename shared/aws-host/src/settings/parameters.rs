//! The parameters under a path.

use std::error::Error;

use aws_sdk_ssm::Client;

use crate::failure::failed;

/// One setting as it is kept.
#[derive(Debug)]
pub(super) struct Parameter {
    /// Its path in the registry.
    pub(super) path: String,
    /// Its text.
    pub(super) value: String,
}

/// A parameter store that did not answer.
#[derive(Debug, thiserror::Error)]
#[error(
    "the settings under `{path}` cannot be read; check the role's `ssm:GetParametersByPath` and `kms:Decrypt`"
)]
pub struct SettingsError {
    path: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

/// Reads all settings under `path`, which ends in a slash, page by page.
pub(super) async fn read(client: &Client, path: &str) -> Result<Vec<Parameter>, SettingsError> {
    let mut pages = client
        .get_parameters_by_path()
        .path(path)
        .recursive(true)
        .with_decryption(true)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| SettingsError { path: path.to_owned(), source: failed(error) })?;
        let parameters = page.parameters().iter();
        found.extend(parameters.filter_map(|parameter| setting(path, parameter.name(), parameter.value())));
    }
    Ok(found)
}

/// The setting that a parameter holds, if it holds one.
pub(super) fn setting(path: &str, name: Option<&str>, value: Option<&str>) -> Option<Parameter> {
    let own = name?.strip_prefix(path)?;
    Some(Parameter { path: own.to_owned(), value: value?.to_owned() })
}

#[cfg(test)]
impl SettingsError {
    pub(super) fn example() -> Self {
        Self { path: "/weir/test/".to_owned(), source: "no answer".into() }
    }
}
