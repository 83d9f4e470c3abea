import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The dashboard: findings, records, order, settings, invocations, what waits and what costs. */
export function dashboard(scope: Construct, id: string, weir: Weir, props: WeirProps): cloudwatch.Dashboard {
  const period = Duration.minutes(5);
  const own = (metricName: string, statistic?: string) => weir.metric(metricName, { statistic });
  const metric =
    (namespace: string, dimensionsMap: Record<string, string>) =>
    (metricName: string, statistic: string = cloudwatch.Stats.SUM, label?: string) =>
      new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period, label });
  const lambda = metric('AWS/Lambda', { FunctionName: weir.flowLogs.function.functionName });
  const waits = (queueName: string) =>
    metric('AWS/SQS', { QueueName: queueName })('ApproximateNumberOfMessagesVisible', cloudwatch.Stats.MAXIMUM);
  const table = metric('AWS/DynamoDB', { TableName: weir.table.tableName });
  const graph = (title: string, left: cloudwatch.IMetric[]) =>
    new cloudwatch.GraphWidget({ title, left, width: 8, height: 6, period, region: Stack.of(scope).region });
  const { MAXIMUM } = cloudwatch.Stats;

  const board = new cloudwatch.Dashboard(scope, id, { dashboardName: `weir-${weir.stage}` });
  board.addWidgets(
    graph('Findings', [
      own('Findings'),
      own('Recorded'),
      own('Suppressed'),
      ...(props.chatTopic ? [own('ChatFailed')] : []),
      ...(props.eventBusName ? [own('BusFailed')] : []),
      ...(props.securityHub ? [own('SecurityHubFailed')] : []),
      own('UnconfirmedAlerts'),
      weir.metric('Findings', {}, weir.cloudtrail),
      weir.metric('UnconfirmedAlerts', {}, weir.cloudtrail),
      weir.metric('Findings', {}, weir.ingest),
      weir.metric('UnconfirmedAlerts', {}, weir.ingest),
    ]),
    graph('Records, and what was refused', [own('Records'), own('Rejects'), own('Quarantined'), own('Losses')]),
    graph('Lag: now less the latest record', [own('Lag', 'p50'), own('Lag', 'p95'), own('Lag', MAXIMUM)]),
  );
  board.addWidgets(
    graph('Order and repetition', [
      own('Late'),
      own('Future'),
      own('Duplicates'),
      own('RepeatedBatches'),
      own('StateConflicts'),
    ]),
    graph('Settings and lists', [
      own('SettingsRejected'),
      own('SettingsUnreachable'),
      own('IntelUnreachable'),
      weir.metric('FeedsChanged', {}, weir.intelRefresh),
      weir.metric('FeedsFailed', {}, weir.intelRefresh),
    ]),
    graph('Invocations', [lambda('Invocations'), lambda('Errors'), lambda('Throttles'), lambda('AsyncEventsDropped')]),
  );
  board.addWidgets(
    graph('Time', [lambda('Duration', 'p50'), lambda('Duration', 'p99'), lambda('AsyncEventAge', MAXIMUM)]),
    graph('What waits', [
      waits(weir.failedEvents.queueName),
      waits(weir.quarantine.queueName),
      waits(`weir-${weir.stage}-objects`),
      waits(`weir-${weir.stage}-failed-objects`),
      waits(`weir-${weir.stage}-trail-objects`),
      waits(`weir-${weir.stage}-failed-trail-objects`),
    ]),
    graph('What costs', [
      table('ConsumedWriteCapacityUnits'),
      table('ConsumedReadCapacityUnits'),
      lambda('Duration', cloudwatch.Stats.SUM, 'milliseconds of Lambda'),
      metric('AWS/Logs', { LogGroupName: weir.flowLogs.log.logGroupName })(
        'IncomingBytes',
        cloudwatch.Stats.SUM,
        'bytes of own log',
      ),
      metric('AWS/SNS', { TopicName: weir.findings.topicName })('NumberOfMessagesPublished'),
    ]),
  );
  board.addWidgets(
    graph('Inventory', [
      weir.metric('Inventory', { statistic: MAXIMUM }, weir.cloudtrail),
      own('InventoryAge', MAXIMUM),
    ]),
    graph('Entities, by what is known of them', [
      own('WindowsLearning'),
      own('WindowsProvisional'),
      own('WindowsMature'),
    ]),
    graph('What forwarders post', [
      weir.metric('Records', {}, weir.ingest),
      weir.metric('Rejects', {}, weir.ingest),
      weir.metric('NotJudged', {}, weir.ingest),
      weir.metric('Unused', {}, weir.ingest),
      weir.metric('Unauthorized', {}, weir.ingest),
      weir.metric('Unavailable', {}, weir.ingest),
    ]),
  );
  return board;
}
