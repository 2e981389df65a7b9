/** Options with which a transform can be made to see what it declares, for those that need some. By the function's name. */
export const EXAMPLE_OPTIONS: Readonly<Record<string, unknown>> = {};
