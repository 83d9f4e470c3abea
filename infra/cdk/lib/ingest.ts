import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { acknowledge } from './acknowledge.js';
import { WeirFunction } from './function.js';
import { judges, judging } from './judging.js';
import { allow } from './policy.js';
import { fromStream } from './streams.js';
import type { WeirProps } from './props.js';
import type { Weir } from './weir.js';

/** The function that forwarders post to, behind a URL that takes signed requests, or whoever shows a token. */
export class Ingest extends WeirFunction {
  /** Where forwarders post. */
  readonly url: lambda.CfnUrl;

  constructor(weir: Weir, id: string, props: WeirProps) {
    const { partition, region, account } = Stack.of(weir);
    const tokens = props.ingestTokenParameter;
    super(weir, id, props, {
      name: 'ingest',
      description: 'Reads what forwarders of hosts, containers and sensors post.',
      code: props.code.ingest,
      verb: 'ingest',
      statements: judges(weir, props),
      environment: {
        ...judging(weir, props),
        WEIR_FLOW_FORMAT: props.flowFormat ?? '',
        WEIR_TOKEN_PARAMETER: tokens ?? '',
      },
      memorySize: 512,
      // No forwarder waits for longer.
      timeout: Duration.seconds(30),
      reservedConcurrency: props.ingestConcurrency,
      maxEventAge: Duration.hours(6),
    });
    this.url = new lambda.CfnUrl(this, 'Url', {
      targetFunctionArn: this.function.functionArn,
      authType: tokens ? 'NONE' : 'AWS_IAM',
    });
    if (tokens) {
      this.allow('tokens', allow('ssm', ['GetParameter'], `arn:${partition}:ssm:${region}:${account}:parameter${tokens}`));
      const anyone = { functionName: this.function.functionName, principal: '*' };
      // An open URL needs both.
      new lambda.CfnPermission(this, 'AnyoneMayCallUrl', {
        ...anyone,
        action: 'lambda:InvokeFunctionUrl',
        functionUrlAuthType: 'NONE',
      });
      new lambda.CfnPermission(this, 'AnyoneMayInvokeByUrl', {
        ...anyone,
        action: 'lambda:InvokeFunction',
        invokedViaFunctionUrl: true,
      });
    }
    if (props.ingestStream) {
      const { streamArn } = props.ingestStream;
      this.allow(
        'stream',
        allow(
          'kinesis',
          ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'],
          streamArn,
        ),
      );
      new lambda.CfnEventSourceMapping(this, 'StreamSource', fromStream(weir, this, streamArn));
    }
    if (props.ingestQueue) {
      const { queueArn } = props.ingestQueue;
      this.allow('queue', allow('sqs', ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'], queueArn));
      const source = new lambda.CfnEventSourceMapping(this, 'QueueSource', {
        eventSourceArn: queueArn,
        functionName: this.function.functionName,
        batchSize: 10,
        functionResponseTypes: ['ReportBatchItemFailures'],
        scalingConfig: { maximumConcurrency: 10 },
      });
      const why = 'what a queue does with messages that fail is its own affair';
      acknowledge(source, why, 'Serverless-LambdaEventSourceMappingDestination');
    }
    this.function.addPermission('LogsMayInvoke', {
      principal: new iam.ServicePrincipal(`logs.${region}.amazonaws.com`),
      sourceAccount: account,
      sourceArn: `arn:${partition}:logs:${region}:${account}:log-group:*`,
    });
  }
}
