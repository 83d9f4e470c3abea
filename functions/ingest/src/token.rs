//! The tokens that forwarders show where the function's URL is open to everybody.

#[cfg(test)]
mod tests;

use std::error::Error;

use aws_config::SdkConfig;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use tokio::sync::Mutex;
use weir_aws_host::Metrics;

/// A token shorter than this could be guessed.
const SHORTEST: usize = 16;

/// Tokens at a time: the present one, and the last one until every forwarder knows the present one.
const MOST: usize = 2;

/// The tokens in force, as digests. Without any, whoever may call the function may post.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(Vec<[u8; 32]>);

/// Tokens in a parameter, kept for a while.
#[derive(Debug)]
pub(crate) struct TokenStore {
    client: aws_sdk_ssm::Client,
    parameter: Option<String>,
    ttl: i64,
    held: Mutex<Option<(Tokens, i64)>>,
}

/// Tokens that are not known: nobody can be let in, nor sent away for good.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(
        "the tokens in `{parameter}` cannot be read; check the role's `ssm:GetParameter` and `kms:Decrypt`"
    )]
    Unreachable {
        parameter: String,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error(
        "the parameter `{parameter}` should hold one or two tokens of at least {SHORTEST} characters, apart by white \
         space"
    )]
    Malformed { parameter: String },
}

impl Tokens {
    /// The tokens in a parameter's text.
    fn read(text: &str) -> Option<Self> {
        let tokens: Vec<&str> = text.split_whitespace().collect();
        let fit = (1..=MOST).contains(&tokens.len()) && tokens.iter().all(|token| token.len() >= SHORTEST);
        fit.then(|| Self(tokens.iter().map(|token| Sha256::digest(token).into()).collect()))
    }

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        Self::read(text).unwrap()
    }

    /// Whether everybody may post.
    pub(crate) const fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a secret is one of the tokens, in time that depends on neither.
    pub(crate) fn hold(&self, secret: &str) -> bool {
        let shown: [u8; 32] = Sha256::digest(secret).into();
        self.any(|token| token.ct_eq(&shown))
    }

    /// The key by which a node of osquery is known after it enrolled: nothing has to be kept of it.
    pub(crate) fn node_key(&self, host: &str) -> String {
        let seal = self.0.first().map(|token| seal(token, host)).unwrap_or_default();
        let hex: String = seal.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex}.{host}")
    }

    /// Whether a node enrolled with one of the tokens.
    pub(crate) fn know(&self, node_key: &str) -> bool {
        let Some((hex, host)) = node_key.split_once('.') else { return false };
        let hex = hex.as_bytes();
        self.any(|token| {
            let own: String = seal(token, host).iter().map(|byte| format!("{byte:02x}")).collect();
            own.as_bytes().ct_eq(hex)
        })
    }

    fn any(&self, is: impl Fn(&[u8; 32]) -> Choice) -> bool {
        self.0.iter().fold(Choice::from(0), |found, token| found | is(token)).into()
    }
}

/// What only who holds the token can write about a host.
fn seal(token: &[u8; 32], host: &str) -> [u8; 32] {
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(token)
        .map(|mac| mac.chain_update(b"osquery node ").chain_update(host).finalize().into_bytes().into())
        .unwrap_or_default()
}

impl TokenStore {
    /// Tokens of that parameter, each reading kept for `ttl` milliseconds; without one everybody may post.
    pub(crate) fn new(config: &SdkConfig, parameter: Option<String>, ttl: i64) -> Self {
        Self { client: aws_sdk_ssm::Client::new(config), parameter, ttl, held: Mutex::default() }
    }

    /// The tokens in force at `now`, wall time in milliseconds.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError`] when they were never read. Later the last ones stay, and `metrics` says so.
    pub(crate) async fn current(&self, now: i64, metrics: &Metrics) -> Result<Tokens, TokenError> {
        let Some(parameter) = &self.parameter else { return Ok(Tokens::default()) };
        let mut held = self.held.lock().await;
        if let Some((tokens, due)) = &*held
            && now < *due
        {
            return Ok(tokens.clone());
        }
        let tokens = match (self.read(parameter).await, &*held) {
            (Ok(tokens), _) => tokens,
            (Err(error), None) => return Err(error),
            (Err(error), Some((last, _))) => {
                metrics.count(|counts| counts.settings_unreachable += 1);
                tracing::warn!(error = weir_aws_host::chain(&error), "the last tokens stay in force");
                last.clone()
            }
        };
        *held = Some((tokens.clone(), now.saturating_add(self.ttl)));
        Ok(tokens)
    }

    async fn read(&self, parameter: &str) -> Result<Tokens, TokenError> {
        let got = self.client.get_parameter().name(parameter).with_decryption(true).send().await;
        let got = got.map_err(|error| TokenError::Unreachable {
            parameter: parameter.to_owned(),
            // Without the response: it would hold the tokens.
            source: weir_aws_host::failed(error),
        })?;
        let text = got.parameter().and_then(|parameter| parameter.value()).unwrap_or_default();
        Tokens::read(text).ok_or_else(|| TokenError::Malformed { parameter: parameter.to_owned() })
    }
}
