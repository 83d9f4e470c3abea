import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Weir, type WeirProps } from '../lib/index.js';

/** A stack with one deployment. */
export function deployed(app: App, id: string, props: (stack: Stack) => Partial<WeirProps> = () => ({})) {
  const stack = new Stack(app, id);
  const bucket = s3.Bucket.fromBucketName(stack, 'Code', 'code');
  const [cloudtrail, flowLogs, ingest, intel] = ['cloudtrail', 'flow-logs', 'ingest', 'intel'].map((name) =>
    lambda.Code.fromBucket(bucket, `${name}.zip`),
  );
  const weir = new Weir(stack, 'Weir', { code: { cloudtrail, flowLogs, ingest, intel }, ...props(stack) });
  return { stack, weir, template: () => Template.fromStack(stack) };
}

/** A VPC that is there already. */
export const vpc = { vpcId: 'vpc-0123456789abcdef0' };

/** Flow logs through CloudWatch Logs, and other accounts. */
export const throughLogs = (app: App) =>
  deployed(app, 'ThroughLogs', (stack) => ({
    vpc,
    trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail'),
    ingestTokenParameter: '/weir-tokens/prod',
    ingestConcurrency: 10,
    ingestStream: kinesis.Stream.fromStreamArn(stack, 'Hosts', 'arn:aws:kinesis:eu-west-1:123456789012:stream/hosts'),
    ingestQueue: sqs.Queue.fromQueueArn(stack, 'HostQueue', 'arn:aws:sqs:eu-west-1:123456789012:hosts'),
    expectForwarders: true,
    senderOrganization: 'o-abcdefghij',
    alertEmails: ['security@example.com'],
    chatTopic: true,
    eventBusName: 'security',
    securityHub: true,
    operationsEmails: ['operations@example.com'],
  }));

/** Flow logs through S3, an own key, and settings. */
export const throughBucket = (app: App) =>
  deployed(app, 'ThroughBucket', (stack) => ({
    vpc,
    flowLogDelivery: 's3',
    encryptionKey: kms.Key.fromKeyArn(
      stack,
      'Key',
      'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
    ),
    reservedConcurrency: 20,
    callEvents: false,
    trailBucket: s3.Bucket.fromBucketName(stack, 'Trail', 'my-trail'),
    settings: { 'an0084/mode': 'dry-run' },
  }));
