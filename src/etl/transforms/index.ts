/** The transforms that come with the engine: the four of every pipeline, and those that a shop may add. */
export { attribute, type AttributeOptions } from './attribute.ts';
export { convertCurrency, type ConvertCurrencyOptions } from './convert-currency.ts';
export { dedupe } from './dedupe.ts';
export { detectBots, type DetectBotsOptions } from './detect-bots.ts';
export { detectDevice, type DetectDeviceOptions } from './detect-device.ts';
export { filter, type FilterOptions } from './filter.ts';
export { flatten } from './flatten.ts';
export { geolocate, type GeolocateOptions } from './geolocate.ts';
export { mapEventNames, type MapEventNamesOptions, type Vocabulary } from './map-event-names.ts';
export * from './options.ts';
export { parse } from './parse.ts';
export type { RatesByDate } from './rates.ts';
export { redact, type RedactOptions, type Redaction } from './redact.ts';
export { rename, type RenameOptions } from './rename.ts';
export { sample, type SampleOptions } from './sample.ts';
export { sessionize } from './sessionize.ts';
export { validate, type ValidateOptions } from './validate.ts';
