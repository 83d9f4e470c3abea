import type { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sqs from 'aws-cdk-lib/aws-sqs';

/** Code of each function. */
export interface WeirCode {
  /** Of `--bin flow-logs`. */
  readonly flowLogs: lambda.Code;
  /** Of `--bin cloudtrail`. */
  readonly cloudtrail: lambda.Code;
  /** Of `--bin ingest`. */
  readonly ingest: lambda.Code;
  /** Of `--bin intel`. */
  readonly intel: lambda.Code;
}

/** What a deployment of Weir is made of. At least one way in should be given. */
export interface WeirProps {
  /** The built functions, as `cargo lambda build --release --arm64 --output-format zip` writes them. */
  readonly code: WeirCode;
  /** Deployment, whose settings are the SSM parameters under `/weir/<stage>/`. Default: `prod`. */
  readonly stage?: string;
  /** Processor that `code` was built for. Default: ARM. */
  readonly architecture?: lambda.Architecture;
  /** MB; CPU follows it. Default: 256. */
  readonly memorySize?: number;
  /** Concurrency set aside and not exceeded. Default: none, the account's is shared. */
  readonly reservedConcurrency?: number;
  /** Own key; its policy has to admit logs, sns, sqs, s3 and cloudwatch. Default: keys of AWS. */
  readonly encryptionKey?: kms.IKey;

  /** VPC whose flow logs are created. */
  readonly vpc?: Pick<ec2.IVpc, 'vpcId'>;
  /** Where created flow logs are delivered. Default: `cloud-watch-logs`. */
  readonly flowLogDelivery?: 'cloud-watch-logs' | 's3';
  /** Log groups that flow logs are delivered to. */
  readonly logGroups?: logs.ILogGroup[];
  /** Pattern of the subscriptions. Default: all records, which is what detection needs. */
  readonly filterPattern?: string;
  /** Bucket that flow logs are delivered to; have it announce its objects to `objects`. */
  readonly bucket?: s3.IBucket;
  /** Prefix of flow logs in the bucket. Default: `AWSLogs/`. */
  readonly prefix?: string;
  /** Fields of the flow logs. Default: the recommended ones where flow logs are created, else AWS's default. */
  readonly flowFormat?: string;

  /** Whether EventBridge tells of the API calls that matter, where the account has a trail. Default: true. */
  readonly callEvents?: boolean;
  /** Log group that a trail is delivered to, for reads and roles too. */
  readonly trailLogGroup?: logs.ILogGroup;
  /** Bucket that a trail is delivered to; have it announce its objects to `trailObjects`. */
  readonly trailBucket?: s3.IBucket;
  /** Prefix of the trail in its bucket. Default: `AWSLogs/`. */
  readonly trailPrefix?: string;

  /**
   * Name of a SecureString with the tokens that forwarders show, outside of `/weir/`; opens the URL to whoever shows
   * one. Default: none, the URL takes signed requests only.
   */
  readonly ingestTokenParameter?: string;
  /** Concurrency set aside for forwarders and not exceeded: the only limit on an open URL. Default: none. */
  readonly ingestConcurrency?: number;
  /** A stream that forwarders or the Kinesis Agent write to. */
  readonly ingestStream?: kinesis.IStream;
  /** A queue whose messages are logs of hosts, visible again after three minutes or later. */
  readonly ingestQueue?: sqs.IQueue;
  /** Silence of forwarders raises an alarm. Default: false. */
  readonly expectForwarders?: boolean;

  /** Organization whose accounts may subscribe the logs destination. */
  readonly senderOrganization?: string;
  /** Accounts that may subscribe the logs destination; not beside an organization. */
  readonly senderAccounts?: string[];

  /** Addresses for findings. */
  readonly alertEmails?: string[];
  /** Whether there is a second topic, with findings as notifications of Amazon Q Developer. Default: false. */
  readonly chatTopic?: boolean;
  /** Name of a bus of this account and region that findings are put on, as OCSF. Default: none. */
  readonly eventBusName?: string;
  /** Whether findings are imported into Security Hub of this account and region. Default: false. */
  readonly securityHub?: boolean;
  /** Addresses for alarms about Weir itself. */
  readonly operationsEmails?: string[];
  /** Silence that raises an alarm, in steps of five minutes. Default: 30 minutes. */
  readonly silence?: Duration;

  /** How long Weir's own logs are kept. Default: one month. */
  readonly logRetention?: logs.RetentionDays;
  /** How long created flow logs are kept. Default: one month. */
  readonly flowLogRetention?: logs.RetentionDays;
  /** Whether refused payloads, which hold addresses, are kept. Default: false. */
  readonly quarantineRaw?: boolean;
  /** Default: `info`. */
  readonly logLevel?: 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** X-Ray; active costs up to 13 USD a month. Default: active. */
  readonly tracing?: lambda.Tracing;

  /** Settings that differ from their defaults, by path: `{ 'an0084/mode': 'dry-run' }`. See docs/settings.md. */
  readonly settings?: Record<string, string>;
}
