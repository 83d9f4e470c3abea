//! Why a request is refused: what the sender can mend, and what only time does.

/// A refusal; its text says what to do.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "the request should show a token: `Authorization: Bearer <token>`, Basic with the token as password, \
         `X-Amz-Firehose-Access-Key`, or osquery's enroll secret"
    )]
    Unauthorized,
    #[error("the token is none of those in force; take the present one from the parameter store")]
    Forbidden,
    #[error("this address takes logs, found `{path}`; export logs only, and metrics and traces elsewhere")]
    NotLogs { path: String },
    #[error(
        "the method should be POST or PUT, or GET or HEAD to see whether anybody listens, found `{method}`"
    )]
    Method { method: String },
    #[error("the body should hold at most {limit} bytes once decompressed; send smaller batches")]
    TooLarge { limit: usize },
    #[error("the content encoding should be gzip, zstd, deflate or none, found `{found}`; change it")]
    Encoding { found: String },
    #[error("the body is compressed twice; compress it once, and name that in `Content-Encoding`")]
    Twice,
    #[error("the body should be JSON, lines of text, event XML or OTLP, found {found}; {remedy}")]
    Format { found: &'static str, remedy: &'static str },
    #[error("the body should be {expected}, and cannot be read as that; check what the sender writes")]
    Unreadable { expected: &'static str },
    #[error("the records cannot be kept now; send them again later")]
    Unavailable,
}

impl Refusal {
    /// HTTP status. Forwarders drop a batch on any of 400 to 417 but 408, and send it again on 429 and 5xx.
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Unreadable { .. } => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotLogs { .. } => 404,
            Self::Method { .. } => 405,
            Self::TooLarge { .. } => 413,
            Self::Encoding { .. } | Self::Twice | Self::Format { .. } => 415,
            Self::Unavailable => 503,
        }
    }

    /// Stable name, as the quarantine and the metrics have it.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotLogs { .. } => "not-logs",
            Self::Method { .. } => "bad-method",
            Self::TooLarge { .. } => "too-large",
            Self::Encoding { .. } | Self::Twice => "bad-encoding",
            Self::Format { .. } => "bad-format",
            Self::Unreadable { .. } => "bad-payload",
            Self::Unavailable => "unavailable",
        }
    }
}
