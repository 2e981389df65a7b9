/** A message in place of a type: what the compiler shows, at the end of what it says. */
export interface Misfit<Message extends string> {
  readonly misfit: Message;
}
