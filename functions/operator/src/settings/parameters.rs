//! The parameter store: read by path, written one by one.

use anyhow::Result;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;

use super::Values;
use crate::aws::Aws;
use crate::fault::failed;

/// All settings of the stage, by the ten that AWS gives at a time.
pub(crate) fn read(aws: &Aws) -> Result<Values> {
    let path = format!("/weir/{}/", aws.place.stage);
    let asked =
        Client::new(&aws.config).get_parameters_by_path().path(&path).recursive(true).with_decryption(true);
    let mut pages = asked.into_paginator().send();
    let mut found = Values::new();
    while let Some(page) = aws.wait(pages.next()) {
        let page = page.map_err(|error| {
            failed(format!("read the settings under {path}"), "ssm:GetParametersByPath", error)
        })?;
        for parameter in page.parameters() {
            let own = parameter.name().and_then(|name| name.strip_prefix(&path));
            if let (Some(own), Some(value)) = (own, parameter.value()) {
                found.insert(own.to_owned(), value.to_owned());
            }
        }
    }
    Ok(found)
}

/// Writes one setting.
pub(super) fn write(aws: &Aws, path: &str, value: &str) -> Result<()> {
    let name = format!("/weir/{}/{path}", aws.place.stage);
    let put = Client::new(&aws.config).put_parameter().name(&name).value(value);
    aws.wait(put.r#type(ParameterType::String).overwrite(true).send())
        .map(drop)
        .map_err(|error| failed(format!("write {name}"), "ssm:PutParameter", error))
}

/// Removes one.
pub(crate) fn remove(aws: &Aws, path: &str) -> Result<()> {
    let name = format!("/weir/{}/{path}", aws.place.stage);
    aws.wait(Client::new(&aws.config).delete_parameter().name(&name).send())
        .map(drop)
        .map_err(|error| failed(format!("remove {name}"), "ssm:DeleteParameter", error))
}
