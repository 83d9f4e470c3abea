import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { throughBucket, throughLogs } from './stacks.js';

const FOLDER = join(import.meta.dirname, '../../test/snapshots');

/** The settings' asset is named by its content, which the list of settings is tested for by itself. */
function stable(template: unknown): string {
  return `${JSON.stringify(template, null, 1).replaceAll(/[0-9a-f]{64}\.json/g, 'settings.json')}\n`;
}

for (const [name, build] of Object.entries({ throughLogs, throughBucket })) {
  test(`${name} is what was committed; WEIR_REWRITE=1 writes it anew`, () => {
    const template = stable(build(new App()).template().toJSON());
    const file = join(FOLDER, `${name}.json`);
    if (process.env['WEIR_REWRITE']) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, template);
    }
    assert.equal(existsSync(file) && readFileSync(file, 'utf8'), template);
  });
}

test('every setting is a parameter, and the one that is given differs from its default', () => {
  const { weir } = throughBucket(new App());
  const parameters = Object.values(Template.fromStack(weir.settings).toJSON().Resources) as any[];
  const listed = JSON.parse(readFileSync(join(FOLDER, '../../../settings.json'), 'utf8')).Resources as object;
  assert.equal(parameters.length, Object.keys(listed).length);
  const mode = parameters.find((parameter) => parameter.Properties.Name === '/weir/prod/an0084/mode');
  assert.equal(mode.Properties.Value, 'dry-run');
});
