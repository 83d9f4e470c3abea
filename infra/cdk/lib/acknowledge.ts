import { Stack, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Says why a rule of cdk-nag does not hold for a construct. */
export function acknowledge(construct: Construct, reason: string, ...ids: string[]): void {
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** Says why statements of a role name resources by a pattern; each pattern is acknowledged by itself. */
export function acknowledgePatterns(role: Construct, reason: string, ...statements: iam.PolicyStatement[]): void {
  const resources = statements.flatMap((statement) => statement.resources);
  const patterns = resources
    .map((resource) => written(Stack.of(role).resolve(resource)))
    .filter((text) => text.includes('*'));
  acknowledge(role, reason, ...new Set(patterns.map((pattern) => `AwsSolutions-IAM5[Resource::${pattern}]`)));
  if (patterns.includes('*')) {
    acknowledge(role, reason, 'Serverless-LambdaStarPermissions');
  }
}

/** A resource as cdk-nag writes it: references in angle brackets. */
function written(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': joined } = value as Record<string, any>;
  if (joined) {
    return joined[1].map(written).join(joined[0]);
  }
  return `<${Ref ?? attribute.join('.')}>`;
}
