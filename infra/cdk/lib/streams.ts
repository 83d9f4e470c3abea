import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { WeirFunction } from './function.js';
import type { Weir } from './weir.js';

/** How a function reads a stream of logs. */
export function fromStream(weir: Weir, reader: WeirFunction, streamArn: string): lambda.CfnEventSourceMappingProps {
  return {
    eventSourceArn: streamArn,
    functionName: reader.function.functionName,
    startingPosition: 'LATEST',
    batchSize: 100,
    maximumBatchingWindowInSeconds: 10,
    bisectBatchOnFunctionError: true,
    // Without a limit a record that always fails holds up its shard until it expires.
    maximumRetryAttempts: 5,
    functionResponseTypes: ['ReportBatchItemFailures'],
    destinationConfig: { onFailure: { destination: weir.failedEvents.queueArn } },
  };
}
