import assert from 'node:assert/strict';
import test from 'node:test';
import { App, type Stack, Validations } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { throughBucket, throughLogs } from './stacks.js';

function complaints(build: (app: App) => { stack: Stack }, spoil: (stack: Stack) => void = () => {}): string {
  const app = new App();
  const plugins = [new AwsSolutionsChecks(app), new ServerlessChecks(app)];
  Validations.of(app).addPlugins(...plugins);
  spoil(build(app).stack);
  const said: string[] = [];
  const { log, error } = console;
  console.log = console.error = (...parts) => void said.push(parts.join(' '));
  try {
    app.synth();
  } catch (refused) {
    said.push(String(refused));
  } finally {
    Object.assign(console, { log, error });
    process.exitCode = 0;
  }
  return said.join('\n');
}

for (const [name, build] of Object.entries({ throughLogs, throughBucket })) {
  test(`cdk-nag has nothing to say about ${name}`, () => {
    assert.equal(complaints(build), '');
  });
}

test('cdk-nag is heard', () => {
  const said = complaints(throughLogs, (stack) => void new sqs.Queue(stack, 'Careless'));
  assert.match(said, /AwsSolutions-SQS4/);
});
