import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Weir } from './weir.js';

const PERIOD = Duration.minutes(5);

interface Condition {
  /** Above which it is raised; default 0. */
  readonly above?: number;
  /** Periods in a row; default 1. */
  readonly periods?: number;
  /** Default: the sum. */
  readonly statistic?: string;
  /** Default: five minutes. */
  readonly period?: Duration;
}

/** Alarms about Weir itself, each told to its topic when it is raised and when it is over. */
export class Alarms extends Construct {
  constructor(
    private readonly weir: Weir,
    id: string,
    private readonly silence: Duration,
    private readonly expectForwarders: boolean,
  ) {
    super(weir, id);
    const { flowLogs, findings, table, objects, trailObjects, otherAccounts, stage } = weir;
    const ofFunction = { FunctionName: flowLogs.function.functionName };
    const maximum = cloudwatch.Stats.MAXIMUM;
    const minutes = Duration.minutes;

    this.raise(
      'flow-logs-errors',
      'AWS/Lambda',
      'Errors',
      ofFunction,
      "An invocation failed. It is repeated; look for `invocation failed` in the function's log.",
    );
    this.raise(
      'flow-logs-throttles',
      'AWS/Lambda',
      'Throttles',
      ofFunction,
      'Invocations were held back. Raise the concurrency of the account or of Weir.',
    );
    this.raise(
      'flow-logs-event-age',
      'AWS/Lambda',
      'AsyncEventAge',
      ofFunction,
      'Events wait for ten minutes and more before they are read.',
      { above: minutes(10).toMilliseconds(), periods: 3, statistic: maximum },
    );
    this.raise(
      'flow-logs-events-dropped',
      'AWS/Lambda',
      'AsyncEventsDropped',
      ofFunction,
      'Lambda gave up on events. They are in the queue of failed events.',
    );
    this.raise(
      'failed-events',
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      { QueueName: weir.failedEvents.queueName },
      'Events wait that failed for good. See docs/deploy.md on sending them again.',
      { statistic: maximum },
    );
    this.raise(
      'quarantined',
      'Weir',
      'Quarantined',
      weir.dimensions(),
      "Payloads were refused. The function's log says why.",
    );
    this.raise(
      'settings-rejected',
      'Weir',
      'SettingsRejected',
      weir.dimensions(),
      "A setting has a bad value, so the last good set stays in force. The function's log names it.",
    );
    this.raise(
      'settings-unreachable',
      'Weir',
      'SettingsUnreachable',
      weir.dimensions(),
      'The settings cannot be read again, so the last ones stay in force.',
      { periods: 3 },
    );
    this.raise(
      'intel-unreachable',
      'Weir',
      'IntelUnreachable',
      weir.dimensions(),
      'The address lists cannot be read, so the last ones stay in force and grow old.',
      { periods: 3 },
    );
    this.raise(
      'alerts-unsent',
      'Weir',
      'UnconfirmedAlerts',
      weir.dimensions(),
      'Findings were not confirmed as sent. They leave with a retry; if this stays, check the topic.',
    );
    this.raise(
      'notifications-failed',
      'AWS/SNS',
      'NumberOfNotificationsFailed',
      { TopicName: findings.topicName },
      'SNS could not deliver findings to a subscriber.',
    );
    this.raise(
      'state-throttled',
      'AWS/DynamoDB',
      'WriteThrottleEvents',
      { TableName: table.tableName },
      'DynamoDB holds writes back.',
    );
    this.refused();
    this.scheduled();
    this.posted();

    this.silent(
      'silent',
      'Weir',
      'Records',
      weir.dimensions(),
      'No record was read for too long, whatever the source.',
    );
    for (const [name, logGroupName] of weir.subscribed) {
      const subscription = { LogGroupName: logGroupName, DestinationType: 'Lambda', FilterName: `weir-${stage}` };
      this.raise(
        `${name}delivery-errors`,
        'AWS/Logs',
        'DeliveryErrors',
        subscription,
        'CloudWatch Logs cannot give records to the function.',
      );
      this.raise(
        `${name}delivery-throttled`,
        'AWS/Logs',
        'DeliveryThrottling',
        subscription,
        'CloudWatch Logs has to repeat deliveries, and drops them after a day.',
        { periods: 3 },
      );
      this.silent(
        `${name}log-group-silent`,
        'AWS/Logs',
        'IncomingLogEvents',
        { LogGroupName: logGroupName },
        'No record arrives in the log group.',
      );
    }
    for (const [name, announced] of [['', objects] as const, ['trail-', trailObjects] as const]) {
      if (!announced) {
        continue;
      }
      this.raise(
        `${name}failed-objects`,
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        { QueueName: announced.failed.queueName },
        'Objects could not be read five times. See docs/deploy.md on sending them again.',
        { statistic: maximum },
      );
      this.silent(
        `${name}bucket-silent`,
        'AWS/SQS',
        'NumberOfMessagesSent',
        { QueueName: announced.queue.queueName },
        "No object is announced. Check the bucket's notification.",
      );
    }
    if (otherAccounts) {
      const ofStream = { StreamName: otherAccounts.stream.ref };
      this.raise(
        'stream-behind',
        'AWS/Kinesis',
        'GetRecords.IteratorAgeMilliseconds',
        ofStream,
        'The stream is read fifteen minutes late and more.',
        { above: minutes(15).toMilliseconds(), periods: 3, statistic: maximum },
      );
      this.silent('stream-silent', 'AWS/Kinesis', 'IncomingRecords', ofStream, 'No other account sends anything.');
    }
  }

  private raise(
    name: string,
    namespace: string,
    metricName: string,
    dimensionsMap: Record<string, string>,
    alarmDescription: string,
    { above = 0, periods = 1, statistic = cloudwatch.Stats.SUM, period = PERIOD }: Condition = {},
  ): void {
    this.add(name, {
      metric: new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period }),
      alarmDescription,
      threshold: above,
      evaluationPeriods: periods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private silent(
    name: string,
    namespace: string,
    metricName: string,
    dimensionsMap: Record<string, string>,
    alarmDescription: string,
    { periods = this.silence.toMinutes() / PERIOD.toMinutes(), period = PERIOD }: Condition = {},
  ): void {
    const statistic = cloudwatch.Stats.SUM;
    this.add(name, {
      metric: new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period }),
      alarmDescription,
      threshold: 1,
      evaluationPeriods: periods,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private scheduled(): void {
    const { cloudtrail, intelRefresh } = this.weir;
    const ofFunction = { FunctionName: intelRefresh.function.functionName };
    const period = Duration.hours(1);
    this.raise(
      'intel-errors',
      'AWS/Lambda',
      'Errors',
      ofFunction,
      'The lists were not refreshed. It is repeated; look at the log of the function intel.',
      { periods: 3, period },
    );
    this.raise(
      'feeds-failed',
      'Weir',
      'FeedsFailed',
      this.weir.dimensions(intelRefresh),
      'A list could not be refreshed for a day and grows stale. The log of the function intel names it.',
      { periods: 24, period },
    );
    const ofInventory = { FunctionName: cloudtrail.function.functionName };
    this.raise(
      'cloudtrail-errors',
      'AWS/Lambda',
      'Errors',
      ofInventory,
      'The inventory was not refreshed. It is repeated; look at the log of the function cloudtrail.',
      { periods: 3, period },
    );
    this.raise(
      'inventory-old',
      'Weir',
      'InventoryAge',
      this.weir.dimensions(),
      'The inventory is six hours old. Check the schedule and what EC2 refuses.',
      { above: Duration.hours(6).toMilliseconds(), periods: 3, statistic: cloudwatch.Stats.MAXIMUM },
    );
    this.raise(
      'cloudtrail-alerts-unsent',
      'Weir',
      'UnconfirmedAlerts',
      this.weir.dimensions(cloudtrail),
      'Findings about the account were not confirmed as sent. They leave with a retry; if this stays, check the topic.',
    );
    this.silent(
      'cloudtrail-silent',
      'AWS/Lambda',
      'Invocations',
      ofInventory,
      'The inventory is not refreshed at all. Check the schedule.',
      { periods: 6, period },
    );
    this.silent(
      'intel-silent',
      'AWS/Lambda',
      'Invocations',
      ofFunction,
      'The lists are not refreshed at all. Check the schedule.',
      { periods: 6, period },
    );
  }

  private posted(): void {
    const { ingest } = this.weir;
    const ofFunction = { FunctionName: ingest.function.functionName };
    const own = this.weir.dimensions(ingest);
    this.raise(
      'ingest-errors',
      'AWS/Lambda',
      'Errors',
      ofFunction,
      'An invocation of ingest failed. Look for `invocation failed` in the log of the function ingest.',
    );
    this.raise(
      'ingest-throttles',
      'AWS/Lambda',
      'Throttles',
      ofFunction,
      'Forwarders were answered 429 and send again. Raise IngestConcurrency.',
      { periods: 3 },
    );
    this.raise(
      'ingest-events-dropped',
      'AWS/Lambda',
      'AsyncEventsDropped',
      ofFunction,
      'Lambda gave up on events of ingest. They are in the queue of failed events.',
    );
    this.raise(
      'ingest-unavailable',
      'Weir',
      'Unavailable',
      own,
      'Forwarders were answered 503 and send again. The log of the function ingest says what cannot be reached.',
      { periods: 3 },
    );
    if (this.expectForwarders) {
      this.silent('ingest-silent', 'Weir', 'Records', own, 'No forwarder sent a record for too long.');
    }
    this.raise(
      'ingest-unauthorized',
      'Weir',
      'Unauthorized',
      own,
      'Requests without a token, or with a wrong one, go on. A forwarder whose token is old loses its logs.',
      { above: 10, periods: 3 },
    );
    this.raise(
      'ingest-alerts-unsent',
      'Weir',
      'UnconfirmedAlerts',
      own,
      'Findings of ingest were not confirmed as sent. They leave with a retry; if this stays, check the topic.',
    );
  }

  private refused(): void {
    this.add('records-refused', {
      metric: new cloudwatch.MathExpression({
        label: 'share of records refused',
        expression: 'FILL(rejects, 0) / (FILL(rejects, 0) + records)',
        usingMetrics: { rejects: this.weir.metric('Rejects'), records: this.weir.metric('Records') },
        period: PERIOD,
      }),
      alarmDescription: "More than one record in twenty cannot be read. Compare FlowFormat with the flow log's format.",
      threshold: 0.05,
      evaluationPeriods: 3,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private add(name: string, props: cloudwatch.AlarmProps): void {
    const alarm = new cloudwatch.Alarm(this, name, { alarmName: `weir-${this.weir.stage}-${name}`, ...props });
    const tell = new actions.SnsAction(this.weir.operations);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  }
}
