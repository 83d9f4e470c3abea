import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import { Alarms } from './alarms.js';
import { Backfill } from './backfill.js';
import { bucket } from './buckets.js';
import { Cloudtrail } from './cloudtrail.js';
import { dashboard } from './dashboard.js';
import { FlowLogs } from './flow-logs.js';
import type { WeirFunction } from './function.js';
import { Ingest } from './ingest.js';
import { IntelRefresh } from './intel.js';
import { Objects } from './objects.js';
import { OtherAccounts } from './other-accounts.js';
import type { WeirProps } from './props.js';
import { queue, queuePolicy } from './queues.js';
import { Settings } from './settings.js';
import { LoggedFlowLogs, StoredFlowLogs } from './vpc-flow-logs.js';

/** Weir: finds bandwidth hijacking (MITRE ATT&CK T1496.002) in VPC Flow Logs. */
export class Weir extends Construct {
  /** Name of this deployment. */
  readonly stage: string;
  /** What is known of each entity; kept when the stack is deleted. */
  readonly table: dynamodb.Table;
  /** Findings, for subscribers. */
  readonly findings: sns.Topic;
  /** Findings as notifications of Amazon Q Developer, where wanted. */
  readonly chat?: sns.Topic;
  /** Alarms about Weir itself. */
  readonly operations: sns.Topic;
  /** Events that failed for good. */
  readonly failedEvents: sqs.Queue;
  /** Payloads that were refused, with the reason. */
  readonly quarantine: sqs.Queue;
  /** ARNs of the rules that may tell of missed events. */
  readonly rules: string[] = [];
  /** Address lists, country data and inventories. */
  readonly intel: s3.Bucket;
  /** Parameters, one for each setting. */
  readonly settings: Settings;
  /** The function that reads flow logs, with its role and log. */
  readonly flowLogs: FlowLogs;
  /** The function that keeps the inventory. */
  readonly cloudtrail: Cloudtrail;
  /** The function that forwarders post to, and its URL. */
  readonly ingest: Ingest;
  /** The function that keeps the lists fresh. */
  readonly intelRefresh: IntelRefresh;
  /** The queue to which a bucket announces its objects, where there is one. */
  readonly objects?: Objects;
  /** The same for a trail's bucket. */
  readonly trailObjects?: Objects;
  /** The stream and the destination for other accounts, where there are senders. */
  readonly otherAccounts?: OtherAccounts;
  /** Reads history, where there is a bucket. */
  readonly backfill?: Backfill;
  /** The dashboard. */
  readonly dashboard: cloudwatch.Dashboard;
  /** Names of the subscribed log groups, and what their alarms' names begin with. */
  readonly subscribed: [string, string][] = [];

  constructor(scope: Construct, id: string, props: WeirProps) {
    super(scope, id);
    const stage = checked(props);
    const key = props.encryptionKey;
    const { account, region } = Stack.of(this);
    this.stage = stage;
    this.settings = new Settings(this, 'Settings', stage, props.settings ?? {});
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    this.findings = this.topic('Findings', `weir-${stage}-findings`, key);
    (this.findings.node.defaultChild as sns.CfnTopic).kmsMasterKeyId = key?.keyArn ?? 'alias/aws/sns';
    if (props.chatTopic) {
      this.chat = this.topic('Chat', `weir-${stage}-chat`, key);
      (this.chat.node.defaultChild as sns.CfnTopic).kmsMasterKeyId = key?.keyArn ?? 'alias/aws/sns';
    }
    // Not encrypted with the key of AWS: alarms cannot publish to a topic that is.
    this.operations = this.topic('Operations', `weir-${stage}-operations`, key);
    this.operations.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.operations.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    this.email('FindingsEmail', this.findings, props.alertEmails);
    this.email('OperationsEmail', this.operations, props.operationsEmails);

    this.failedEvents = queue(this, 'FailedEvents', `weir-${stage}-failed-events`, key);
    this.quarantine = queue(this, 'Quarantine', `weir-${stage}-quarantine`, key);
    for (const last of [this.failedEvents, this.quarantine]) {
      const reason = 'nothing reads it but people, so nothing in it can fail again';
      acknowledge(last, reason, 'AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy');
    }
    queuePolicy(this, 'QueuesPolicy', this.failedEvents, this.quarantine).document.addStatements(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.failedEvents.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': Lazy.list({ produce: () => this.rules }) } },
      }),
    );

    this.intel = bucket(this, 'Intel', `weir-${stage}-intel-${account}-${region}`, key, {
      versioned: true,
      lifecycleRules: [
        {
          id: 'OldLists',
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    this.flowLogs = new FlowLogs(this, 'FlowLogs', props);
    this.intelRefresh = new IntelRefresh(this, 'IntelRefresh', props);
    this.cloudtrail = new Cloudtrail(this, 'Cloudtrail', props);
    this.ingest = new Ingest(this, 'Ingest', props);

    const stored = props.vpc && props.flowLogDelivery === 's3';
    if (stored || props.bucket) {
      const name = props.bucket?.bucketName ?? `weir-${stage}-flow-logs-${account}-${region}`;
      this.objects = new Objects(this, 'Objects', {
        reader: this.flowLogs,
        name: 'objects',
        bucketName: name,
        prefix: props.prefix ?? 'AWSLogs/',
        maxConcurrency: 10,
        key,
      });
      this.backfill = new Backfill(this, 'Backfill', props, name);
      if (stored) {
        new StoredFlowLogs(this, 'StoredFlowLogs', props, props.vpc, name, this.objects);
      }
    }
    const logGroups = [...(props.logGroups ?? [])];
    if (props.vpc && !stored) {
      logGroups.unshift(new LoggedFlowLogs(this, 'LoggedFlowLogs', props, props.vpc).group);
    }
    logGroups.forEach((group, index) => {
      const alarms = index === 0 ? '' : `${index + 1}-`;
      this.subscribe(`Subscription${index || ''}`, alarms, group, props.filterPattern ?? '', this.flowLogs);
    });
    if (props.trailLogGroup) {
      this.subscribe('TrailSubscription', 'trail-', props.trailLogGroup, '', this.cloudtrail);
    }
    if (props.trailBucket) {
      this.trailObjects = new Objects(this, 'TrailObjects', {
        reader: this.cloudtrail,
        name: 'trail-objects',
        bucketName: props.trailBucket.bucketName,
        prefix: props.trailPrefix ?? 'AWSLogs/',
        // The calls of an account are one document.
        maxConcurrency: 2,
        key,
      });
    }
    if (props.senderOrganization || props.senderAccounts) {
      this.otherAccounts = new OtherAccounts(this, 'OtherAccounts', props);
    }

    new Alarms(this, 'Alarms', props.silence ?? Duration.minutes(30), props.expectForwarders ?? false);
    this.dashboard = dashboard(this, 'Dashboard', this, props);
  }

  /** Topics that findings are published to. */
  get told(): string[] {
    return [this.findings, ...(this.chat ? [this.chat] : [])].map((topic) => topic.topicArn);
  }

  /** ARNs under which the settings are read. */
  get parameters(): string[] {
    const { partition, region, account } = Stack.of(this);
    const path = `arn:${partition}:ssm:${region}:${account}:parameter/weir/${this.stage}`;
    return [path, `${path}/*`];
  }

  /** Dimensions of Weir's own metrics, in the namespace `Weir`; by default those of the detector. */
  dimensions(of: WeirFunction = this.flowLogs): Record<string, string> {
    return { stage: this.stage, function: of.function.functionName };
  }

  /** One of Weir's own metrics; by default the detector's, and its sum over five minutes. */
  metric(metricName: string, options: cloudwatch.MetricOptions = {}, of?: WeirFunction): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'Weir',
      metricName,
      dimensionsMap: this.dimensions(of),
      ...options,
      statistic: options.statistic ?? cloudwatch.Stats.SUM,
      period: options.period ?? Duration.minutes(5),
    });
  }

  /** Findings published. */
  metricFindings(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Findings', options);
  }

  /** Records read. */
  metricRecords(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Records', options);
  }

  /** Lets somebody subscribe to findings. */
  grantSubscribe(grantee: iam.IGrantable): iam.Grant {
    return this.findings.grantSubscribe(grantee);
  }

  /** Lets somebody read what is known of each entity. */
  grantReadTable(grantee: iam.IGrantable): iam.Grant {
    return this.table.grantReadData(grantee);
  }

  /** Lets somebody put lists and inventories in the bucket. */
  grantPutIntel(grantee: iam.IGrantable): iam.Grant {
    return this.intel.grantPut(grantee);
  }

  /** Lets somebody change settings. */
  grantChangeSettings(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParametersByPath', 'ssm:PutParameter'],
      resourceArns: this.parameters,
    });
  }

  private topic(id: string, topicName: string, masterKey: kms.IKey | undefined): sns.Topic {
    return new sns.Topic(this, id, { topicName, masterKey, enforceSSL: true });
  }

  private email(id: string, topic: sns.Topic, addresses: string[] = []): void {
    addresses.forEach((endpoint, index) => {
      const protocol = sns.SubscriptionProtocol.EMAIL;
      const email = new sns.Subscription(this, `${id}${index || ''}`, { topic, protocol, endpoint });
      acknowledge(email, 'a mail that bounces is not sent again; an alarm counts it', 'Serverless-SNSRedrivePolicy');
    });
  }

  private subscribe(
    id: string,
    alarms: string,
    group: logs.ILogGroup,
    filterPattern: string,
    reader: WeirFunction,
  ): void {
    this.subscribed.push([alarms, group.logGroupName]);
    const subscription = new logs.CfnSubscriptionFilter(this, id, {
      logGroupName: group.logGroupName,
      filterName: `weir-${this.stage}`,
      filterPattern,
      destinationArn: reader.function.functionArn,
    });
    subscription.node.addDependency(reader.function);
  }
}

/** The stage, once the properties make sense. */
function checked(props: WeirProps): string {
  const stage = props.stage ?? 'prod';
  if (!/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(stage)) {
    throw new Error(`stage should be 1 to 20 lower-case letters, digits and inner hyphens, found ${stage}`);
  }
  if (props.ingestTokenParameter !== undefined && !/^(?!\/weir\/)(\/[\w.-]+)+$/.test(props.ingestTokenParameter)) {
    throw new Error('ingestTokenParameter should begin with a slash and not lie under /weir/, which all functions read');
  }
  if (props.senderOrganization && props.senderAccounts) {
    throw new Error('senderOrganization admits all its accounts; leave out senderAccounts, or senderOrganization');
  }
  if (props.bucket && props.vpc && props.flowLogDelivery === 's3') {
    throw new Error('flow logs are created in a bucket of their own; leave out bucket, or flowLogDelivery');
  }
  const minutes = props.silence?.toMinutes() ?? 30;
  if (minutes < 5 || minutes % 5 !== 0) {
    throw new Error(`silence should be whole steps of five minutes, found ${minutes} minutes`);
  }
  return stage;
}
