// Answers every hostile request, several times over, in a process whose heap is small. A line of JSON for each.
import { createIngestHandler } from '../../src/ingest/handler.ts';
import { HOSTILE_REQUESTS } from './hostile-requests.ts';

const [rounds = '2', scale = '1'] = process.argv.slice(2);
const max_bytes = Math.round(2 ** 20 * Number(scale));
const stored = { bytes: 0 };
const handler = createIngestHandler({
  env: { RAW_BUCKET_NAME: 'raw', MAX_BODY_BYTES: String(max_bytes), ALLOWED_ORIGINS: 'https://shop.example' },
  store: {
    put: ({ body }) => {
      stored.bytes = Buffer.byteLength(body);
      return Promise.resolve();
    },
  },
});
const keys = Reflect.ownKeys(Object.prototype).length;

for (const { name, request } of HOSTILE_REQUESTS) {
  const statuses: (number | undefined)[] = [];
  let cpu_ms = 0;
  stored.bytes = 0;
  let answer_bytes = 0;
  for (let round = 0; round < Number(rounds); round += 1) {
    const event = request(max_bytes);
    const began = process.cpuUsage();
    const answer = await handler(event);
    const { user, system } = process.cpuUsage(began);
    cpu_ms += (user + system) / 1000;
    statuses.push(answer.statusCode);
    answer_bytes = Buffer.byteLength(answer.body ?? '');
  }
  const polluted = 'polluted' in {} || Reflect.ownKeys(Object.prototype).length !== keys;
  const average_ms = Math.round(cpu_ms / Number(rounds));
  console.log(
    JSON.stringify({ name, statuses, stored_bytes: stored.bytes, answer_bytes, polluted, cpu_ms: average_ms }),
  );
}
