import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { WeirFunction } from './function.js';
import { judges, judging } from './judging.js';
import type { WeirProps } from './props.js';
import { RECOMMENDED_FORMAT } from './vpc-flow-logs.js';
import type { Weir } from './weir.js';

/** The function that reads flow logs; every log group of this account and region may invoke it. */
export class FlowLogs extends WeirFunction {
  constructor(weir: Weir, id: string, props: WeirProps) {
    const { partition, region, account } = Stack.of(weir);
    super(weir, id, props, {
      name: 'flow-logs',
      description: 'Reads VPC Flow Logs, finds bandwidth hijacking, tells SNS.',
      code: props.code.flowLogs,
      verb: 'detect',
      statements: judges(weir, props),
      environment: {
        ...judging(weir, props),
        WEIR_FLOW_FORMAT: props.flowFormat ?? (props.vpc ? RECOMMENDED_FORMAT : ''),
      },
      memorySize: props.memorySize ?? 256,
      reservedConcurrency: props.reservedConcurrency,
      maxEventAge: Duration.hours(6),
    });
    // One for every log group of this account and region: one for each would overflow the function's policy.
    this.function.addPermission('LogsMayInvoke', {
      principal: new iam.ServicePrincipal(`logs.${region}.amazonaws.com`),
      sourceAccount: account,
      sourceArn: `arn:${partition}:logs:${region}:${account}:log-group:*`,
    });
  }
}
