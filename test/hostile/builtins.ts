/** The names of all properties of the prototypes that pollution goes for; the same before and after, if there is none. */
export function builtinNames(): readonly (string | symbol)[][] {
  return [Object, Array, Function, String, Number, Map, Promise, Buffer].map((builtin) =>
    Reflect.ownKeys(builtin.prototype as object),
  );
}
