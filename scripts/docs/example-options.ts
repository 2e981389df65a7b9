import type {
  ConvertCurrencyOptions,
  FilterOptions,
  GeolocateOptions,
  RenameOptions,
  SampleOptions,
  ValidateOptions,
} from '../../src/etl/transforms/index.ts';

/** Options with which a transform can be made to see what it declares, for those that need some. By the function's name. */
export const EXAMPLE_OPTIONS: Readonly<Record<string, unknown>> = {
  convertCurrency: { to: 'EUR', rates: { '2025-12-05': { USD: '1.1645' } } } satisfies ConvertCurrencyOptions,
  filter: { except: ['heartbeat'] } satisfies FilterOptions,
  // Opened by a run only.
  geolocate: { database: 'GeoLite2-City.mmdb' } satisfies GeolocateOptions,
  rename: { events: { pdp_view: 'product_view' } } satisfies RenameOptions,
  sample: { rate: 0.1 } satisfies SampleOptions,
  validate: { schemas: { order: { type: 'object' } } } satisfies ValidateOptions,
};
