//! The pieces of one event that carries calls, each read, applied and answered for.

use std::cell::RefCell;
use std::io::Cursor;

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use weir_aws_host::{Failures, Piece, Quarantine, Refused, Sender};
use weir_records::decode::PAYLOAD_CAP;
use weir_records::envelope::{Content, S3Object, Scratch};

use crate::calls::{Applied, Calls, UNREADABLE};
use crate::fault::Fault;
use crate::inventory::Keeper;

/// Bytes that an object may have as it is stored: a trail's files have a hundredth of it.
const OBJECT: i64 = 64 << 20;

/// What one invocation works with.
pub(crate) struct Work<'a> {
    pub(crate) calls: Calls<'a>,
    pub(crate) inventory: &'a Keeper,
    pub(crate) s3: &'a Client,
    pub(crate) quarantine: &'a Quarantine,
    pub(crate) request: &'a str,
    pub(crate) scratch: RefCell<Scratch>,
}

impl Work<'_> {
    /// Every piece; which failed, where the sender takes such an answer.
    pub(crate) async fn all(
        &self,
        pieces: Vec<Piece<'_>>,
        sender: Sender,
    ) -> Result<Option<SqsBatchResponse>, Fault> {
        let mut failures = Failures::default();
        for piece in pieces {
            let id = piece.id;
            let Err(fault) = self.piece(piece, sender).await else { continue };
            failures.add(id, fault);
        }
        failures.answer(sender)
    }

    async fn piece(&self, piece: Piece<'_>, sender: Sender) -> Result<(), Fault> {
        let id = piece.id.unwrap_or(self.request);
        let applied = match &piece.content {
            Content::Control => return Ok(()),
            Content::Unknown(found) if matches!(sender, Sender::Direct | Sender::Firehose) => {
                return Err(Fault::Unreadable { found });
            }
            Content::CloudTrail(record) => self.calls.apply(record.as_str().as_bytes(), id).await?,
            Content::Logs(_) => self.calls.apply(piece.raw.as_bytes(), id).await?,
            Content::Data(data) => {
                let opened = {
                    let mut scratch = self.scratch.borrow_mut();
                    data.open(&mut scratch, PAYLOAD_CAP).map(ToOwned::to_owned)
                };
                match opened {
                    Ok(plain) => self.calls.apply(plain.as_bytes(), id).await?,
                    Err(_) => Applied { refused: Some(UNREADABLE), ..Applied::default() },
                }
            }
            Content::Object(object) => match self.fetch(object).await? {
                Ok(bytes) => self.calls.apply(Cursor::new(bytes), id).await?,
                Err(reason) => Applied { refused: Some(reason), ..Applied::default() },
            },
            _ => Applied { refused: Some("unknown-record"), ..Applied::default() },
        };
        if !applied.ids.is_empty() {
            let held = self.inventory.update(self.calls.place, applied.ids).await?;
            self.calls.outbox.metrics.count(|counts| counts.inventory = Some(held as u64));
        }
        match applied.refused {
            None => Ok(()),
            Some(reason) => self.refuse(reason, sender, &piece).await,
        }
    }

    /// The bytes of an object, or why there is no use in asking again.
    async fn fetch(&self, object: &S3Object) -> Result<Result<Vec<u8>, &'static str>, Fault> {
        let fault =
            |source| Fault::Object { object: format!("s3://{}/{}", object.bucket, object.key), source };
        let got = match self.s3.get_object().bucket(&object.bucket).key(&object.key).send().await {
            Ok(got) => got,
            Err(SdkError::ServiceError(context)) if matches!(context.err(), GetObjectError::NoSuchKey(_)) => {
                return Ok(Err("object-missing"));
            }
            Err(SdkError::ServiceError(context)) => return Err(fault(Box::new(context.into_err()))),
            Err(error) => return Err(fault(Box::new(error))),
        };
        if got.content_length().unwrap_or_default() > OBJECT {
            return Ok(Err("object-too-large"));
        }
        let body = got.body.collect().await.map_err(|error| fault(Box::new(error)))?;
        Ok(Ok(body.to_vec()))
    }

    async fn refuse(&self, reason: &str, sender: Sender, piece: &Piece<'_>) -> Result<(), Fault> {
        self.calls.outbox.metrics.count(|counts| counts.quarantined += 1);
        let name = match &piece.content {
            Content::Object(object) => Some(format!("s3://{}/{}", object.bucket, object.key)),
            _ => None,
        };
        // Of an object the announcement is no payload.
        let raw = if name.is_some() { "" } else { piece.raw };
        let refused = Refused {
            reason,
            id: name.as_deref().or(piece.id).unwrap_or(self.request),
            source: sender.name(),
            bytes: raw.len(),
            payload: Some(raw).filter(|raw| !raw.is_empty()),
        };
        Ok(self.quarantine.refuse(&refused).await?)
    }
}
