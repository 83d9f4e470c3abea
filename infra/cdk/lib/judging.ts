import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { allow } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** What a function may do that keeps documents, reads lists, tells findings and refuses payloads. */
export function judges(weir: Weir, props: WeirProps): iam.PolicyStatement[] {
  return [
    allow('dynamodb', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'], weir.table.tableArn),
    ...tells(weir, props),
    allow('sqs', ['SendMessage'], weir.quarantine.queueArn, weir.failedEvents.queueArn),
    allow('s3', ['ListBucket'], weir.intel.bucketArn),
    allow('s3', ['GetObject'], weir.intel.arnForObjects('*')),
  ];
}

/** What a function may do that tells findings. */
export function tells(weir: Weir, props: WeirProps): iam.PolicyStatement[] {
  const { partition, region, account } = Stack.of(weir);
  const bus = `arn:${partition}:events:${region}:${account}:event-bus/${props.eventBusName}`;
  return [
    allow('sns', ['Publish'], ...weir.told),
    ...(props.eventBusName ? [allow('events', ['PutEvents'], bus)] : []),
    ...(props.securityHub ? [allow('securityhub', ['BatchImportFindings'], hubProduct(weir))] : []),
  ];
}

/** What findings of no integrated product are imported as. */
function hubProduct(weir: Weir): string {
  const { partition, region, account } = Stack.of(weir);
  return `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`;
}

/** Where it finds all that. */
export function judging(weir: Weir, props: WeirProps): Record<string, string> {
  return {
    WEIR_TABLE: weir.table.tableName,
    WEIR_TOPIC_ARN: weir.findings.topicArn,
    WEIR_CHAT_TOPIC_ARN: weir.chat?.topicArn ?? '',
    WEIR_EVENT_BUS: props.eventBusName ?? '',
    WEIR_SECURITY_HUB: props.securityHub ? hubProduct(weir) : '',
    WEIR_INTEL_BUCKET: weir.intel.bucketName,
    WEIR_QUARANTINE_URL: weir.quarantine.queueUrl,
    WEIR_QUARANTINE_RAW: `${props.quarantineRaw ?? false}`,
    WEIR_CONCURRENCY: '16',
  };
}
