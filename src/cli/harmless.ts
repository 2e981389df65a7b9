/** A text on one line that no terminal takes for commands: control and format characters are shown as `\u{1b}`. */
export function harmless(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
