import pc from 'picocolors';
import type { Stack } from './stack.ts';

/** What to do with a stack that is up: look into it, send to it, run commands on it. */
export function guide({ postgres, gateway, env }: Stack): string {
  const { host, port, user, password } = postgres;
  const database = env['DW_PG_DATABASE'];
  return `
${pc.bold('The warehouse')}
  PGPASSWORD=${password} psql -h ${host} -p ${port} -U ${user} ${database}
  SELECT event_name, count(*) FROM clickstream_events GROUP BY 1 ORDER BY 2 DESC;

${pc.bold('Send an event of your own')} and see it arrive here a second later
  curl -sS ${gateway.url}/clickstream -d '{"eventName":"hello","clientId":"me","pageUrl":"/hello"}'

${pc.bold('The command line')} on this stack
  ${Object.entries(env)
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n  ')}
  npm run clickstream -- status

Ctrl-C ends it.`;
}
