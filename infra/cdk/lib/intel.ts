import { Duration } from 'aws-cdk-lib';
import { WeirFunction } from './function.js';
import { allow } from './policy.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The function that fetches public address lists into the bucket, every hour. */
export class IntelRefresh extends WeirFunction {
  constructor(weir: Weir, id: string, props: WeirProps) {
    super(weir, id, props, {
      name: 'intel',
      description: "Keeps Weir's address lists fresh.",
      code: props.code.intel,
      verb: 'refresh',
      statements: [
        allow('s3', ['ListBucket'], weir.intel.bucketArn),
        allow('s3', ['GetObject', 'PutObject'], weir.intel.arnForObjects('*')),
        allow('sqs', ['SendMessage'], weir.failedEvents.queueArn),
      ],
      environment: { WEIR_INTEL_BUCKET: weir.intel.bucketName },
      memorySize: 256,
      maxEventAge: Duration.hours(1),
    });
    this.invokedBy(weir, 'Schedule', {
      name: `weir-${weir.stage}-intel`,
      description: "Refreshes Weir's address lists.",
      scheduleExpression: 'rate(1 hour)',
    });
  }
}
