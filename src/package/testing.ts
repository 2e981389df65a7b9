/** `clickstream/testing`: the rules of transforms, for the tests of one's own. */
export * from '../testing/index.ts';
