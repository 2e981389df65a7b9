/** How far a forecast is from what was measured, in percent of that, whichever way. */
export function errorOf(told: number, measured: number): number {
  return Math.abs(told / measured - 1) * 100;
}

/** `+12 %`: the forecast is more by so much. */
export function offBy(told: number, measured: number): string {
  const percent = Math.round((told / measured - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}
