import { readFileSync } from 'node:fs';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgePatterns } from './acknowledge.js';
import { allow, policy } from './policy.js';
import type { WeirProps } from './props.js';
import { shared } from './shared.js';
import type { Weir } from './weir.js';

/** History: each object under a prefix through the same function, in order. */
export class Backfill extends Construct {
  readonly stateMachine: stepfunctions.CfnStateMachine;

  constructor(weir: Weir, id: string, props: WeirProps, bucketName: string) {
    super(weir, id);
    const { partition, region, account } = Stack.of(this);
    const name = `weir-${weir.stage}-backfill`;
    const log = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const states = `arn:${partition}:states:${region}:${account}`;
    const statements = [
      allow('s3', ['ListBucket'], `arn:${partition}:s3:::${bucketName}`),
      allow('lambda', ['InvokeFunction'], weir.flowLogs.function.functionArn),
      // Its own name, because a distributed map starts itself.
      allow('states', ['StartExecution'], `${states}:stateMachine:${name}`),
      allow('states', ['DescribeExecution', 'RedriveExecution', 'StopExecution'], `${states}:execution:${name}/*`),
      allow(
        'logs',
        [
          'CreateLogDelivery',
          'DeleteLogDelivery',
          'DescribeLogGroups',
          'DescribeResourcePolicies',
          'GetLogDelivery',
          'ListLogDeliveries',
          'PutResourcePolicy',
          'UpdateLogDelivery',
        ],
        '*',
      ),
      allow('xray', ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'], '*'),
    ];
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
      inlinePolicies: { backfill: policy(...statements) },
    });
    acknowledgePatterns(
      role,
      'executions are named as they start; log delivery and X-Ray have no resources to name',
      ...statements,
    );
    this.stateMachine = new stepfunctions.CfnStateMachine(this, 'Objects', {
      stateMachineName: name,
      roleArn: role.roleArn,
      definitionString: readFileSync(shared('backfill.asl.json'), 'utf8'),
      definitionSubstitutions: {
        Partition: partition,
        BucketName: bucketName,
        FunctionArn: weir.flowLogs.function.functionArn,
      },
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
    });
  }
}
