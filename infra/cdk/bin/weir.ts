// Deploys Weir by itself: npx cdk deploy -c vpc=vpc-0123456789abcdef0 -c alerts=security@example.com
// The functions are built before: cargo lambda build --release --arm64 --bin cloudtrail --bin flow-logs --bin ingest --bin intel --output-format zip
import { App, Stack, Validations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Weir } from '../lib/index.js';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
const given = (name: string): string | undefined => app.node.tryGetContext(name);
const built = (name: string) =>
  lambda.Code.fromAsset(`${given('code') ?? '../../target/lambda'}/${name}/bootstrap.zip`);
const list = (name: string): string[] | undefined => given(name)?.split(',');
const stack = new Stack(app, given('stack') ?? 'weir', { description: 'Weir finds bandwidth hijacking.' });
const [vpc, bucket] = [given('vpc'), given('bucket')];
new Weir(stack, 'Weir', {
  code: { cloudtrail: built('cloudtrail'), flowLogs: built('flow-logs'), ingest: built('ingest'), intel: built('intel') },
  stage: given('stage'),
  architecture: given('architecture') === 'x86_64' ? lambda.Architecture.X86_64 : lambda.Architecture.ARM_64,
  vpc: vpc ? { vpcId: vpc } : undefined,
  flowLogDelivery: given('delivery') === 's3' ? 's3' : 'cloud-watch-logs',
  logGroups: list('logGroups')?.map((name) => logs.LogGroup.fromLogGroupName(stack, name, name)),
  bucket: bucket ? s3.Bucket.fromBucketName(stack, 'Bucket', bucket) : undefined,
  flowFormat: given('flowFormat'),
  ingestTokenParameter: given('ingestTokenParameter'),
  senderOrganization: given('organization'),
  senderAccounts: list('accounts'),
  alertEmails: list('alerts'),
  chatTopic: given('chat') === 'true',
  eventBusName: given('bus'),
  securityHub: given('hub') === 'true',
  operationsEmails: list('operations'),
});
