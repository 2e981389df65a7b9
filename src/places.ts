/**
 * Where in the code an error was thrown: the lines of its stack that begin with `at`, and nothing of its message. A
 * message of several lines can have such lines itself, and quote what must not be told.
 */
export function placesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { stack = '', message } = error;
  const end = stack.indexOf(message);
  // A message that was changed since is not to be found, and then there is no telling it from the places.
  if (end < 0) return [];
  return stack
    .slice(end + message.length)
    .split('\n')
    .filter((line) => /^ {4}at /.test(line));
}
