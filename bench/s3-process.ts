// A local S3 with a synthetic hour, in a process of its own so that its work and memory are not the ETL's.
// Arguments: shape, events, bytes of padding per event. Prints its address when it is ready.
import { startS3Server } from '../src/local/s3/server.ts';
import { syntheticHour, type Shape } from './synthetic.ts';

const [shape, events, padding] = process.argv.slice(2);
const s3 = await startS3Server();
s3.createBucket('bench');
for (const [key, body] of syntheticHour(shape as Shape, Number(events), 'x'.repeat(Number(padding)))) {
  await s3.putObject('bench', key, body);
}
console.log(JSON.stringify({ url: s3.url }));
