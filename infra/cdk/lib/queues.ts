import { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { tlsOnly } from './policy.js';

/** A queue, encrypted, that keeps messages for two weeks unless told otherwise. */
export function queue(
  scope: Construct,
  id: string,
  queueName: string,
  encryptionMasterKey: kms.IKey | undefined,
  props: sqs.QueueProps = {},
): sqs.Queue {
  const encryption = encryptionMasterKey ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED;
  return new sqs.Queue(scope, id, {
    queueName,
    retentionPeriod: Duration.days(14),
    encryption,
    encryptionMasterKey,
    ...props,
  });
}

/** One policy for several queues: TLS only, and whatever else is added. */
export function queuePolicy(scope: Construct, id: string, ...queues: sqs.Queue[]): sqs.QueuePolicy {
  const policy = new sqs.QueuePolicy(scope, id, { queues });
  policy.document.addStatements(tlsOnly('sqs', ...queues.map((each) => each.queueArn)));
  return policy;
}
