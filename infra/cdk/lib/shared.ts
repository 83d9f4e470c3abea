import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A file that SAM and CDK share: in the package's `shared` folder once packed, in `infra` within the repository. */
export function shared(name: string): string {
  const places = ['../../shared', '../../..'].map((place) => join(import.meta.dirname, place, name));
  const found = places.find((place) => existsSync(place));
  if (!found) {
    throw new Error(`${name} should be at one of ${places.join(', ')}`);
  }
  return found;
}
