import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgePatterns } from './acknowledge.js';
import { bucket } from './buckets.js';
import type { Objects } from './objects.js';
import { allow, policy } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The fields that detection has a use for. */
export const RECOMMENDED_FORMAT =
  '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ' +
  '${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${subnet-id} ${instance-id} ${tcp-flags} ' +
  '${pkt-srcaddr} ${pkt-dstaddr} ${region} ${pkt-src-aws-service} ${pkt-dst-aws-service} ${flow-direction} ' +
  '${traffic-path}';

function flowLog(
  scope: Construct,
  weir: Weir,
  props: WeirProps,
  vpc: { vpcId: string },
  to: Partial<ec2.CfnFlowLogProps>,
) {
  return new ec2.CfnFlowLog(scope, 'FlowLog', {
    resourceId: vpc.vpcId,
    resourceType: 'VPC',
    trafficType: 'ALL',
    maxAggregationInterval: 60,
    logFormat: props.flowFormat ?? RECOMMENDED_FORMAT,
    tags: [{ key: 'Name', value: `weir-${weir.stage}` }],
    ...to,
  });
}

/** Flow logs of a VPC in a log group. */
export class LoggedFlowLogs extends Construct {
  readonly group: logs.LogGroup;

  constructor(weir: Weir, id: string, props: WeirProps, vpc: { vpcId: string }) {
    super(weir, id);
    const { partition, region, account } = Stack.of(this);
    this.group = new logs.LogGroup(this, 'Group', {
      logGroupName: `/weir/${weir.stage}/vpc-flow-logs`,
      retention: props.flowLogRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
    });
    const find = allow('logs', ['DescribeLogGroups'], `arn:${partition}:logs:${region}:${account}:log-group:*`);
    const writer = new iam.Role(this, 'Writer', {
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
      inlinePolicies: {
        write: policy(
          allow('logs', ['CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'], this.group.logGroupArn),
          find,
        ),
      },
    });
    acknowledgePatterns(writer, 'listing log groups has no narrower resource', find);
    flowLog(this, weir, props, vpc, {
      logDestinationType: 'cloud-watch-logs',
      logGroupName: this.group.logGroupName,
      deliverLogsPermissionArn: writer.roleArn,
    });
  }
}

/** Flow logs of a VPC in a bucket, which announces them to the queue. */
export class StoredFlowLogs extends Construct {
  readonly bucket: s3.Bucket;

  constructor(weir: Weir, id: string, props: WeirProps, vpc: { vpcId: string }, bucketName: string, objects: Objects) {
    super(weir, id);
    const { partition, region, account } = Stack.of(this);
    const prefix = props.prefix ?? 'AWSLogs/';
    const days = props.flowLogRetention ?? logs.RetentionDays.ONE_MONTH;
    this.bucket = bucket(this, 'Bucket', bucketName, props.encryptionKey, {
      lifecycleRules: [
        { id: 'OldLogs', expiration: Duration.days(days), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    // The construct's own notifications would bring a function along.
    const resource = this.bucket.node.defaultChild as s3.CfnBucket;
    resource.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: objects.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: prefix }] } },
        },
      ],
    };
    resource.node.addDependency(objects.policy);
    const conditions = {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
    };
    const principals = [new iam.ServicePrincipal('delivery.logs.amazonaws.com')];
    for (const [actions, resource] of [
      [['s3:PutObject'], this.bucket.arnForObjects(`${prefix}*`)],
      [['s3:GetBucketAcl', 's3:ListBucket'], this.bucket.bucketArn],
    ] as const) {
      this.bucket.addToResourcePolicy(
        new iam.PolicyStatement({ principals, actions: [...actions], resources: [resource], conditions }),
      );
    }
    flowLog(this, weir, props, vpc, {
      logDestinationType: 's3',
      logDestination: this.bucket.bucketArn,
    }).node.addDependency(this.bucket.policy!);
  }
}
