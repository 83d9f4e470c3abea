import type * as iam from 'aws-cdk-lib/aws-iam';
import { allow } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** What a function may do that keeps documents, reads lists, tells findings and refuses payloads. */
export function judges(weir: Weir): iam.PolicyStatement[] {
  return [
    allow('dynamodb', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'], weir.table.tableArn),
    allow('sns', ['Publish'], ...weir.told),
    allow('sqs', ['SendMessage'], weir.quarantine.queueArn, weir.failedEvents.queueArn),
    allow('s3', ['ListBucket'], weir.intel.bucketArn),
    allow('s3', ['GetObject'], weir.intel.arnForObjects('*')),
  ];
}

/** Where it finds all that. */
export function judging(weir: Weir, props: WeirProps): Record<string, string> {
  return {
    WEIR_TABLE: weir.table.tableName,
    WEIR_TOPIC_ARN: weir.findings.topicArn,
    WEIR_CHAT_TOPIC_ARN: weir.chat?.topicArn ?? '',
    WEIR_INTEL_BUCKET: weir.intel.bucketName,
    WEIR_QUARANTINE_URL: weir.quarantine.queueUrl,
    WEIR_QUARANTINE_RAW: `${props.quarantineRaw ?? false}`,
    WEIR_CONCURRENCY: '16',
  };
}
