import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, acknowledgePatterns } from './acknowledge.js';
import { allow, policy } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The functions' timeout; queues wait six times as long. */
export const TIMEOUT = Duration.seconds(120);

const PATTERNS = 'settings and objects are named by their prefix; X-Ray has no resources to name';

interface FunctionProps {
  /** The function's name within the deployment. */
  readonly name: string;
  readonly description: string;
  readonly code: lambda.Code;
  /** What its policy is called. */
  readonly verb: string;
  /** What its calls need, beside settings, log, traces and the queue of failed events. */
  readonly statements: iam.PolicyStatement[];
  readonly environment: Record<string, string>;
  readonly memorySize: number;
  readonly reservedConcurrency?: number;
  readonly maxEventAge: Duration;
  /** Default: that of all functions. */
  readonly timeout?: Duration;
}

/** One of Weir's functions, with its log and a role that says in full what it may do. */
export class WeirFunction extends Construct {
  readonly function: lambda.Function;
  readonly log: logs.LogGroup;
  readonly role: iam.Role;
  private readonly name: string;

  constructor(weir: Weir, id: string, props: WeirProps, own: FunctionProps) {
    super(weir, id);
    this.name = own.name;
    const { stage } = weir;
    const key = props.encryptionKey;
    const functionName = `weir-${stage}-${own.name}`;
    this.log = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const statements = [
      ...own.statements,
      allow('ssm', ['GetParametersByPath'], ...weir.parameters),
      allow('logs', ['CreateLogStream', 'PutLogEvents'], this.log.logGroupArn),
      // X-Ray has no resources to name.
      allow('xray', ['PutTelemetryRecords', 'PutTraceSegments'], '*'),
    ];
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        [own.verb]: policy(...statements),
        ...(key && { key: policy(allow('kms', ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey'], key.keyArn)) }),
      },
    });
    acknowledgePatterns(this.role, PATTERNS, ...statements);
    this.function = new lambda.Function(this, 'Function', {
      functionName,
      description: own.description,
      code: own.code,
      handler: 'bootstrap',
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: props.architecture ?? lambda.Architecture.ARM_64,
      memorySize: own.memorySize,
      timeout: own.timeout ?? TIMEOUT,
      reservedConcurrentExecutions: own.reservedConcurrency,
      // What it may do is written above, in full.
      role: this.role.withoutPolicyUpdates(),
      tracing: props.tracing ?? lambda.Tracing.ACTIVE,
      environmentEncryption: key,
      loggingFormat: lambda.LoggingFormat.JSON,
      // A start and a report of each invocation would be longer than what Weir says of it.
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      logGroup: this.log,
      environment: {
        WEIR_STAGE: stage,
        WEIR_SETTINGS_TTL: '120',
        WEIR_LOG: props.logLevel ?? 'info',
        ...own.environment,
      },
      maxEventAge: own.maxEventAge,
      retryAttempts: 2,
      onFailure: new destinations.SqsDestination(weir.failedEvents),
    });
    acknowledge(this.function, 'what fails for good goes to a destination, which says more', 'Serverless-LambdaDLQ');
    this.function.node.addDependency(weir.settings);
  }

  /** Has a rule invoke the function, with an input of its own where one is given; what cannot be delivered is kept. */
  protected invokedBy(weir: Weir, id: string, rule: events.CfnRuleProps, input?: string): void {
    const deadLetterConfig = { arn: weir.failedEvents.queueArn };
    const target = { id: this.name, arn: this.function.functionArn, input, deadLetterConfig };
    const created = new events.CfnRule(this, id, { ...rule, targets: [target] });
    weir.rules.push(created.attrArn);
    this.function.addPermission(`${id}MayInvoke`, {
      principal: new iam.ServicePrincipal('events.amazonaws.com'),
      sourceArn: created.attrArn,
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
