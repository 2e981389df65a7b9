import { parse as parseAgent } from 'bowser';
import { column } from '../pipeline/column.ts';
import { transform } from '../pipeline/transform.ts';
import { userAgentOf } from './client.ts';
import { readOptions } from './options.ts';
import { Recent } from './recent.ts';

/** `detectDevice` has no options. */
export type DetectDeviceOptions = Readonly<Record<string, never>>;

interface Device {
  readonly type: string | null;
  readonly browser: string | null;
  readonly os: string | null;
}

/**
 * Tells the kind of device, the browser and the operating system from the user agent: the event's own `userAgent`, else
 * the one that the ingest saw. Without versions: they are many, and browsers have begun to send false ones. All three are
 * null for what is not known.
 *
 * Read by `bowser`: MIT, no dependencies, 100 kB, looked after. (`ua-parser-js` 2 is under the AGPL and its version 1 no
 * longer looked after; `my-ua-parser` stands still since it was forked; `detect-browser` tells no device.)
 *
 * Costs 0.1 us per event, and 15 us more for each user agent that is new (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({ transforms: [...standardTransforms, detectDevice()] });
 */
export function detectDevice(options: DetectDeviceOptions = {}) {
  readOptions('detectDevice', options, {});
  return transform({
    name: 'detectDevice',
    adds: {
      device_type: column.text('What it was used on: desktop, mobile, tablet, tv, bot'),
      browser: column.text('The browser or app, without its version: Chrome, Safari, Firefox'),
      os: column.text('The operating system, without its version: iOS, Android, Windows'),
    },
    open() {
      const devices = new Recent(deviceOf);
      return {
        batch(records) {
          for (const { event, row } of records) {
            const agent = userAgentOf(event);
            if (agent === null) continue;
            const { type, browser, os } = devices.of(agent);
            row.device_type = type;
            row.browser = browser;
            row.os = os;
          }
          return undefined;
        },
      };
    },
  });
}

function deviceOf(agent: string): Device {
  const { platform, browser, os } = parseAgent(agent);
  // A browser that nobody knows is named after the beginning of its user agent, which may hold anything.
  const known = platform.type !== undefined || os.name !== undefined;
  return { type: textOrNull(platform.type), browser: known ? textOrNull(browser.name) : null, os: textOrNull(os.name) };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' || !/^[\w .+-]{1,60}$/.test(text) ? null : text;
}
