import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import { TIMEOUT, type WeirFunction } from './function.js';
import { allow } from './policy.js';
import { queue, queuePolicy } from './queues.js';
import type { Weir } from './weir.js';

interface ObjectsProps {
  /** The function that fetches them. */
  readonly reader: WeirFunction;
  /** What they are called within the deployment. */
  readonly name: string;
  readonly bucketName: string;
  readonly prefix: string;
  readonly maxConcurrency: number;
  readonly key?: kms.IKey;
}

/** The way in by S3: a bucket announces objects to a queue, and a function fetches them. */
export class Objects extends Construct {
  readonly queue: sqs.Queue;
  readonly failed: sqs.Queue;
  readonly policy: sqs.QueuePolicy;

  constructor(weir: Weir, id: string, props: ObjectsProps) {
    super(weir, id);
    const { partition, account } = Stack.of(this);
    const { reader, name, bucketName, prefix, maxConcurrency, key } = props;
    this.failed = queue(this, 'Failed', `weir-${weir.stage}-failed-${name}`, key);
    acknowledge(this.failed, 'it is the dead-letter queue', 'AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy');
    this.queue = queue(this, 'Queue', `weir-${weir.stage}-${name}`, key, {
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: 5 },
    });
    const bucketArn = `arn:${partition}:s3:::${bucketName}`;
    this.policy = queuePolicy(this, 'Policy', this.queue, this.failed);
    this.policy.document.addStatements(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnEquals: { 'aws:SourceArn': bucketArn } },
      }),
    );
    reader.allow(
      'objects',
      // To be told of an object that is gone, instead of being refused it.
      allow('s3', ['ListBucket'], bucketArn),
      allow('s3', ['GetObject'], `${bucketArn}/${prefix}*`),
      allow('sqs', ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'], this.queue.queueArn),
    );
    const source = new lambda.EventSourceMapping(this, 'Source', {
      target: reader.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 5,
      reportBatchItemFailures: true,
      maxConcurrency,
    });
    acknowledge(source, 'the queue has its own dead-letter queue', 'Serverless-LambdaEventSourceMappingDestination');
  }
}
