import { readFileSync } from 'node:fs';
import { NestedStack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { shared } from './shared.js';

interface Template {
  Resources: Record<string, { Properties: { Name: { 'Fn::Sub': string }; Description: string; Value: string } }>;
}

/** One SSM parameter for each setting, in a stack of its own, from the list that the code writes. */
export class Settings extends NestedStack {
  constructor(scope: Construct, id: string, stage: string, overrides: Record<string, string>) {
    super(scope, id, { description: "Weir's settings" });
    const template = JSON.parse(readFileSync(shared('settings.json'), 'utf8')) as Template;
    const left = new Set(Object.keys(overrides));
    for (const [logicalId, { Properties: known }] of Object.entries(template.Resources)) {
      const path = known.Name['Fn::Sub'].replace('/weir/${Stage}/', '');
      left.delete(path);
      new ssm.CfnParameter(this, logicalId, {
        type: 'String',
        name: `/weir/${stage}/${path}`,
        description: known.Description,
        value: overrides[path] ?? known.Value,
      });
    }
    if (left.size > 0) {
      throw new Error(`no such setting: ${[...left].join(', ')}; docs/settings.md lists them`);
    }
  }
}
