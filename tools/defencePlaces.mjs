// Part of `npm test -- lint`: what each defence takes out occurs exactly once, and its test is there.
import { existsSync, readFileSync } from 'node:fs';
import { defences } from '../test/attack/defences/index.mjs';

const wrong = (await defences()).flatMap(({ name, file, from, test }) => {
  const times = existsSync(file)
    ? readFileSync(file, 'utf8').split(from).length - 1
    : 0;
  const path = test.jest ?? `test/attack/${test.attack}`;
  return [
    ...(times === 1
      ? []
      : [`${name}: its text occurs ${times} times in ${file}`]),
    ...(existsSync(path) ? [] : [`${name}: there is no ${path}`]),
  ];
});
for (const line of wrong) console.error(line);
process.exitCode = wrong.length ? 1 : 0;
