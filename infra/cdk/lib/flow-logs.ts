import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, acknowledgePatterns } from './acknowledge.js';
import { allow, policy } from './policy.js';
import type { WeirProps } from './props.js';
import { RECOMMENDED_FORMAT } from './vpc-flow-logs.js';
import type { Weir } from './weir.js';

/** The function's timeout; queues wait six times as long. */
export const TIMEOUT = Duration.seconds(120);

const PATTERNS = 'settings and objects are named by their prefix; X-Ray has no resources to name';

/** The function that reads flow logs, with its role and log. */
export class FlowLogs extends Construct {
  readonly function: lambda.Function;
  readonly log: logs.LogGroup;
  readonly role: iam.Role;

  constructor(weir: Weir, id: string, props: WeirProps) {
    super(weir, id);
    const { stage } = weir;
    const { partition, region, account } = Stack.of(this);
    this.log = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/weir-${stage}-flow-logs`,
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const parameters = `arn:${partition}:ssm:${region}:${account}:parameter/weir/${stage}`;
    const statements = [
      allow('dynamodb', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'], weir.table.tableArn),
      allow('ssm', ['GetParametersByPath'], parameters, `${parameters}/*`),
      allow('sns', ['Publish'], weir.findings.topicArn),
      allow('sqs', ['SendMessage'], weir.quarantine.queueArn, weir.failedEvents.queueArn),
      allow('s3', ['ListBucket'], weir.intel.bucketArn),
      allow('s3', ['GetObject'], weir.intel.arnForObjects('*')),
      allow('logs', ['CreateLogStream', 'PutLogEvents'], this.log.logGroupArn),
      // X-Ray has no resources to name.
      allow('xray', ['PutTelemetryRecords', 'PutTraceSegments'], '*'),
    ];
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        detect: policy(...statements),
        ...(props.encryptionKey && {
          key: policy(allow('kms', ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey'], props.encryptionKey.keyArn)),
        }),
      },
    });
    acknowledgePatterns(this.role, PATTERNS, ...statements);
    this.function = new lambda.Function(this, 'Function', {
      functionName: `weir-${stage}-flow-logs`,
      description: 'Reads VPC Flow Logs, finds bandwidth hijacking, tells SNS.',
      code: props.code,
      handler: 'bootstrap',
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: props.architecture ?? lambda.Architecture.ARM_64,
      memorySize: props.memorySize ?? 256,
      timeout: TIMEOUT,
      reservedConcurrentExecutions: props.reservedConcurrency,
      // What it may do is written above, in full.
      role: this.role.withoutPolicyUpdates(),
      tracing: props.tracing ?? lambda.Tracing.ACTIVE,
      environmentEncryption: props.encryptionKey,
      loggingFormat: lambda.LoggingFormat.JSON,
      // A start and a report of each invocation would be longer than what Weir says of it.
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      logGroup: this.log,
      environment: {
        WEIR_STAGE: stage,
        WEIR_TABLE: weir.table.tableName,
        WEIR_TOPIC_ARN: weir.findings.topicArn,
        WEIR_FLOW_FORMAT: props.flowFormat ?? (props.vpc ? RECOMMENDED_FORMAT : ''),
        WEIR_INTEL_BUCKET: weir.intel.bucketName,
        WEIR_QUARANTINE_URL: weir.quarantine.queueUrl,
        WEIR_QUARANTINE_RAW: `${props.quarantineRaw ?? false}`,
        WEIR_SETTINGS_TTL: '120',
        WEIR_CONCURRENCY: '16',
        WEIR_LOG: props.logLevel ?? 'info',
      },
      maxEventAge: Duration.hours(6),
      retryAttempts: 2,
      onFailure: new destinations.SqsDestination(weir.failedEvents),
    });
    acknowledge(this.function, 'what fails for good goes to a destination, which says more', 'Serverless-LambdaDLQ');
    this.function.node.addDependency(weir.settings);
    // One for every log group of this account and region: one for each would overflow the function's policy.
    this.function.addPermission('LogsMayInvoke', {
      principal: new iam.ServicePrincipal(`logs.${region}.amazonaws.com`),
      sourceAccount: account,
      sourceArn: `arn:${partition}:logs:${region}:${account}:log-group:*`,
    });
  }

  /** Adds to what the function may do. */
  allow(name: string, ...statements: iam.PolicyStatement[]): void {
    const role = this.role.node.defaultChild as iam.CfnRole;
    const policies = role.policies as { policyName: string; policyDocument: iam.PolicyDocument }[];
    policies.push({ policyName: name, policyDocument: policy(...statements) });
    acknowledgePatterns(this.role, PATTERNS, ...statements);
  }
}
