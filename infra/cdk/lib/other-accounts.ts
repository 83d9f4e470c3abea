import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import { allow, policy } from './policy.js';
import type { WeirProps } from './props.js';
import { fromStream } from './streams.js';
import type { Weir } from './weir.js';

/** The way in from other accounts, whose subscriptions reach no function: a logs destination before a stream. */
export class OtherAccounts extends Construct {
  readonly stream: kinesis.CfnStream;
  readonly destination: logs.CfnDestination;

  constructor(weir: Weir, id: string, props: WeirProps) {
    super(weir, id);
    const { partition, region, account } = Stack.of(this);
    this.stream = new kinesis.CfnStream(this, 'Stream', {
      name: `weir-${weir.stage}-logs`,
      streamModeDetails: { streamMode: 'ON_DEMAND' },
      retentionPeriodHours: 24,
      streamEncryption: { encryptionType: 'KMS', keyId: props.encryptionKey?.keyArn ?? 'alias/aws/kinesis' },
    });
    if (props.encryptionKey) {
      acknowledge(this.stream, 'it is encrypted with an own key', 'AwsSolutions-KDS3');
    }
    const writer = new iam.Role(this, 'Writer', {
      assumedBy: new iam.ServicePrincipal('logs.amazonaws.com', {
        // Of whichever account a sender is.
        conditions: { StringLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:*:*` } },
      }),
      inlinePolicies: {
        write: policy(allow('kinesis', ['PutRecord'], this.stream.attrArn)),
        ...(props.encryptionKey && { key: policy(allow('kms', ['GenerateDataKey'], props.encryptionKey.keyArn)) }),
      },
    });
    const name = `weir-${weir.stage}`;
    const senders = props.senderOrganization
      ? { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': [props.senderOrganization] } } }
      : { Principal: { AWS: props.senderAccounts } };
    this.destination = new logs.CfnDestination(this, 'Destination', {
      destinationName: name,
      roleArn: writer.roleArn,
      targetArn: this.stream.attrArn,
      destinationPolicy: Stack.of(this).toJsonString({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Senders',
            Effect: 'Allow',
            Action: 'logs:PutSubscriptionFilter',
            Resource: `arn:${partition}:logs:${region}:${account}:destination:${name}`,
            ...senders,
          },
        ],
      }),
    });
    weir.flowLogs.allow(
      'stream',
      allow(
        'kinesis',
        ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'],
        this.stream.attrArn,
      ),
    );
    new lambda.CfnEventSourceMapping(this, 'Source', fromStream(weir, weir.flowLogs, this.stream.attrArn));
  }
}
