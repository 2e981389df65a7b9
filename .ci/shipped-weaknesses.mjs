// `npm audit --json | node .ci/shipped-weaknesses.mjs`: of the weaknesses that npm knows, those of packages that are in what
// we ship. Everything is bundled, so that npm takes it all for development; what each bundle contains is in its licences.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const BUNDLES = ['dist/lambda/ingest', 'dist/lambda/etl', 'dist/cli', 'dist/lib'];

const shipped = new Set(
  BUNDLES.flatMap((bundle) => {
    const licences = readFileSync(new URL(`../${bundle}/THIRD-PARTY-LICENSES.txt`, import.meta.url), 'utf8');
    return [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(.+\)$/gm)].map(([, name]) => name);
  }),
);
if (shipped.size < 10) throw new Error('The licences of the bundles name hardly any package: run "npm run build".');

const { auditReportVersion, vulnerabilities = {} } = JSON.parse((await text(process.stdin)) || '{}');
if (auditReportVersion === undefined) {
  console.log('skipped: the registry does not answer npm audit');
} else {
  const weak = Object.values(vulnerabilities).filter(({ name }) => shipped.has(name));
  for (const { name, severity, range } of weak) console.log(`${name} ${range}: ${severity}`);
  if (weak.length === 0) console.log(`none is known of the ${shipped.size} packages in what is shipped`);
  process.exitCode = weak.length === 0 ? 0 : 1;
}
