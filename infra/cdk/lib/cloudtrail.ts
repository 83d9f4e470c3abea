import { Duration } from 'aws-cdk-lib';
import { WeirFunction } from './function.js';
import { allow } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The function that keeps the inventory: every hour in full, and what is launched at once. */
export class Cloudtrail extends WeirFunction {
  constructor(weir: Weir, id: string, props: WeirProps) {
    super(weir, id, props, {
      name: 'cloudtrail',
      description: "Keeps Weir's inventory of instances and interfaces.",
      code: props.code.cloudtrail,
      verb: 'inventory',
      statements: [
        allow('dynamodb', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'], weir.table.tableArn),
        // Describing has no resources to name.
        allow('ec2', ['DescribeInstanceTypes', 'DescribeInstances', 'DescribeNetworkInterfaces'], '*'),
        allow('s3', ['ListBucket'], weir.intel.bucketArn),
        allow('s3', ['GetObject', 'PutObject'], weir.intel.arnForObjects('*')),
        allow('sqs', ['SendMessage'], weir.quarantine.queueArn, weir.failedEvents.queueArn),
      ],
      environment: {
        WEIR_TABLE: weir.table.tableName,
        WEIR_TOPIC_ARN: weir.findings.topicArn,
        WEIR_FLOW_FORMAT: '',
        WEIR_INTEL_BUCKET: weir.intel.bucketName,
        WEIR_QUARANTINE_URL: weir.quarantine.queueUrl,
        WEIR_QUARANTINE_RAW: `${props.quarantineRaw ?? false}`,
        WEIR_CONCURRENCY: '16',
      },
      memorySize: 256,
      maxEventAge: Duration.hours(1),
    });
    this.invokedBy(weir, 'Schedule', {
      name: `weir-${weir.stage}-cloudtrail`,
      description: "Refreshes Weir's inventory.",
      scheduleExpression: 'rate(1 hour)',
    });
    this.invokedBy(weir, 'Launches', {
      name: `weir-${weir.stage}-launches`,
      description: "Tells Weir's inventory of instances that come and go.",
      eventPattern: {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Instance State-change Notification'],
        detail: { state: ['pending', 'running', 'stopped', 'terminated'] },
      },
    });
  }
}
