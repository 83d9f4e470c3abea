import { RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';

/** A bucket that is private, encrypted and kept. */
export function bucket(
  scope: Construct,
  id: string,
  bucketName: string,
  encryptionKey: kms.IKey | undefined,
  props: s3.BucketProps,
): s3.Bucket {
  const created = new s3.Bucket(scope, id, {
    bucketName,
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey ? true : undefined,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...props,
  });
  acknowledge(
    created,
    'access logs need a bucket of their own; CloudTrail data events say the same',
    'AwsSolutions-S1',
  );
  return created;
}
