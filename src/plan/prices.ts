/** What AWS asks, in US dollars. */
export interface Prices {
  readonly region: string;
  /** When they were looked up, `YYYY-MM`: they change seldom, and differ by region. */
  readonly asOf: string;
  readonly lambdaGbSecond: number;
  readonly lambdaRequest: number;
  readonly httpApiRequest: number;
  readonly s3Put: number;
  readonly s3Get: number;
  readonly s3List: number;
  readonly s3GbMonth: number;
}

/**
 * List prices of us-east-1 without free tiers and discounts: Lambda on x86, HTTP APIs, S3 Standard. Traffic between
 * Lambda and S3 of one region is free. The database is not in it: nothing here tells which one it is.
 */
export const PRICES: Prices = {
  region: 'us-east-1',
  asOf: '2025-01',
  lambdaGbSecond: 0.0000166667,
  lambdaRequest: 0.2 / 1_000_000,
  httpApiRequest: 1 / 1_000_000,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  s3List: 0.005 / 1000,
  s3GbMonth: 0.023,
};
