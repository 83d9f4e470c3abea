import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { WATCHED_CALLS } from './calls.js';
import { WeirFunction } from './function.js';
import { judging, tells } from './judging.js';
import { allow } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The function that keeps the inventory, every hour in full and what is launched at once, and that reads API calls. */
export class Cloudtrail extends WeirFunction {
  constructor(weir: Weir, id: string, props: WeirProps) {
    super(weir, id, props, {
      name: 'cloudtrail',
      description: "Keeps Weir's inventory, reads what the API was asked to do, tells SNS.",
      code: props.code.cloudtrail,
      verb: 'inventory',
      statements: [
        allow('dynamodb', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'], weir.table.tableArn),
        // Describing has no resources to name.
        allow('ec2', ['DescribeInstanceTypes', 'DescribeInstances', 'DescribeNetworkInterfaces'], '*'),
        allow('s3', ['ListBucket'], weir.intel.bucketArn),
        allow('s3', ['GetObject', 'PutObject'], weir.intel.arnForObjects('*')),
        ...tells(weir, props),
        allow('sqs', ['SendMessage'], weir.quarantine.queueArn, weir.failedEvents.queueArn),
      ],
      environment: { ...judging(weir, props), WEIR_FLOW_FORMAT: '' },
      memorySize: 256,
      maxEventAge: Duration.hours(1),
    });
    this.invokedBy(weir, 'Schedule', {
      name: `weir-${weir.stage}-cloudtrail`,
      description: "Refreshes Weir's inventory.",
      scheduleExpression: 'rate(1 hour)',
    });
    this.invokedBy(
      weir,
      'Digest',
      {
        name: `weir-${weir.stage}-digest`,
        description: 'Asks for what the week came to.',
        scheduleExpression: 'cron(0 7 ? * MON *)',
      },
      '{"detail-type":"Weir Digest"}',
    );
    this.invokedBy(weir, 'Launches', {
      name: `weir-${weir.stage}-launches`,
      description: "Tells Weir's inventory of instances that come and go.",
      eventPattern: {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Instance State-change Notification'],
        detail: { state: ['pending', 'running', 'stopped', 'terminated'] },
      },
    });
    if (props.callEvents ?? true) {
      this.invokedBy(weir, 'Calls', {
        name: `weir-${weir.stage}-calls`,
        description: 'Tells Weir of API calls that lead to an instance, or take what Weir sees by.',
        eventPattern: WATCHED_CALLS,
      });
    }
    if (props.trailLogGroup) {
      const { partition, region, account } = Stack.of(weir);
      this.function.addPermission('TrailMayInvoke', {
        principal: new iam.ServicePrincipal(`logs.${region}.amazonaws.com`),
        sourceAccount: account,
        sourceArn: `arn:${partition}:logs:${region}:${account}:log-group:${props.trailLogGroup.logGroupName}:*`,
      });
    }
  }
}
