import assert from 'node:assert/strict';
import test from 'node:test';
import { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { WeirProps } from '../lib/index.js';
import { deployed, vpc } from './stacks.js';

test('without a way in there is none, and silence is told all the same', () => {
  const template = deployed(new App(), 'Bare').template();
  for (const type of ['Logs::SubscriptionFilter', 'Lambda::EventSourceMapping', 'Kinesis::Stream', 'EC2::FlowLog']) {
    template.resourceCountIs(`AWS::${type}`, 0);
  }
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'weir-prod-silent',
    TreatMissingData: 'breaching',
    EvaluationPeriods: 6,
  });
});

test('each of several log groups is subscribed and watched, by one permission', () => {
  const { template } = deployed(new App(), 'Groups', (stack) => ({
    logGroups: ['/vpc/a', '/vpc/b'].map((name) => logs.LogGroup.fromLogGroupName(stack, name, name)),
  }));
  template().resourceCountIs('AWS::Logs::SubscriptionFilter', 2);
  template().resourceCountIs('AWS::Lambda::Permission', 7);
  for (const alarm of ['log-group-silent', '2-log-group-silent']) {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: `weir-prod-${alarm}` });
  }
});

test('an existing bucket may announce objects, and nobody else', () => {
  const { template } = deployed(new App(), 'Bucket', (stack) => ({
    bucket: s3.Bucket.fromBucketName(stack, 'Logs', 'my-flow-logs'),
  }));
  template().hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Condition: Match.objectLike({
            ArnEquals: { 'aws:SourceArn': { 'Fn::Join': ['', Match.arrayWith([':s3:::my-flow-logs'])] } },
          }),
        }),
      ]),
    },
  });
});

test('the URL takes signed requests only, unless there are tokens', () => {
  const signed = deployed(new App(), 'Signed').template();
  signed.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
  assert.ok(!JSON.stringify(signed.findResources('AWS::Lambda::Permission')).includes('"Principal":"*"'));
  const open = deployed(new App(), 'Open', () => ({ ingestTokenParameter: '/tokens' })).template();
  open.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
  open.hasResourceProperties('AWS::Lambda::Permission', { Principal: '*', InvokedViaFunctionUrl: true });
});

test('grants name what they are about', () => {
  const { stack, weir, template } = deployed(new App(), 'Grants');
  const user = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
  weir.grantChangeSettings(user);
  weir.grantPutIntel(user);
  weir.grantSubscribe(user);
  weir.grantReadTable(user);
  const statements = Object.values(template().findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy.Properties.PolicyDocument.Statement,
  );
  const actions = statements.flatMap((statement) => statement.Action);
  assert.ok(
    ['ssm:PutParameter', 's3:PutObject', 'sns:Subscribe', 'dynamodb:GetItem'].every((one) => actions.includes(one)),
  );
  assert.ok(statements.every((statement) => statement.Resource !== '*'));
});

for (const [props, refused] of [
  [{ stage: 'Prod' }, /lower-case/],
  [{ senderOrganization: 'o-abcdefghij', senderAccounts: ['123456789012'] }, /leave out/],
  [{ ingestTokenParameter: '/weir/prod/token' }, /not lie under/],
  [{ settings: { 'an0084/mod': 'off' } }, /no such setting: an0084\/mod/],
  [{ vpc, flowLogDelivery: 's3', bucket: { bucketName: 'b' } as s3.IBucket }, /leave out bucket/],
] as [Partial<WeirProps>, RegExp][]) {
  test(`${JSON.stringify(props)} is refused`, () => {
    assert.throws(() => deployed(new App(), 'Refused', () => props), refused);
  });
}
