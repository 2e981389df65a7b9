/** Something that a person who writes a transform gets wrong, and what must be said about it. */
export interface WrongUse {
  readonly what: string;
  /** Valid as JavaScript and as TypeScript; the package's names are imported, and `feed` runs events through transforms. */
  readonly code: string;
  /** What the compiler says. Absent where types cannot tell. */
  readonly compiler?: string;
  /** What is said at run time, when it is called from JavaScript. Absent where nothing can tell. */
  readonly run?: string;
}

const both = (message: string): Pick<WrongUse, 'compiler' | 'run'> => ({ compiler: message, run: message });

export const WRONG_USES: readonly WrongUse[] = [
  // Columns.
  {
    what: 'a misspelt column is needed',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', needs: { product_prize: column.numeric() }, each() {} })]);`,
    ...both(
      'addX needs column "product_prize", which no transform adds: correct its name, or put the transform that adds it before addX',
    ),
  },
  {
    what: 'a misspelt column is needed, and the nearest one is named',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', needs: { product_prize: column.numeric() }, each() {} })]);`,
    run: '(did you mean "product_price"?)',
  },
  {
    what: 'a column is needed with another type',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', needs: { product_price: column.text() }, each() {} })]);`,
    ...both('addX needs column "product_price" as text, and it is numeric: declare it as numeric'),
  },
  {
    what: 'a column that may be null is needed never to be',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', needs: { user_id: required(column.text()) }, each() {} })]);`,
    ...both('addX needs column "user_id" never to be null, and it may be: declare it without required'),
  },
  {
    what: 'a transform stands before the one whose columns it needs',
    code: `definePipeline([transform({ name: 'addX', needs: { product_price: column.numeric() }, each() {} }), ...standardTransforms]);`,
    ...both('addX needs column "product_price", which only a later transform adds: move addX behind it'),
  },
  {
    what: 'a column is added that is there already',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', adds: { product_price: column.numeric() }, each() {} })]);`,
    ...both(
      'addX adds column "product_price", which an earlier transform adds already: give it another name, or leave one of the two out',
    ),
  },
  {
    what: 'a transform that adds columns stands in the list twice',
    code: `const addX = transform({ name: 'addX', adds: { x: column.text() }, each() {} });
definePipeline([...standardTransforms, addX, addX]);`,
    ...both('addX adds column "x", which an earlier transform adds already'),
  },
  {
    what: 'a transform without columns stands in the list twice',
    code: `const look = transform({ name: 'look', each() {} });
definePipeline([...standardTransforms, look, look]);`,
    run: 'look stands in the pipeline twice: leave one of the two out',
  },
  {
    what: 'a column has a name that PostgreSQL keeps for itself',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', adds: { ctid: column.text() }, each() {} })]);`,
    run: 'addX adds column "ctid", which every table of PostgreSQL has: give it another name',
  },
  {
    what: 'a column has a name in camel case',
    code: `definePipeline([...standardTransforms, transform({ name: 'addX', adds: { unitPrice: column.text() }, each() {} })]);`,
    run: 'addX adds column "unitPrice", which is no name for a column: use a-z, 0-9 and _, 63 bytes, no digit first',
  },
  {
    what: 'a column is declared by the function that makes one',
    code: `transform({ name: 'addX', adds: { x: column.numeric }, each() {} });`,
    compiler: "is not assignable to type 'Column<keyof ColumnValues, boolean>'",
    run: 'The transform "addX" declares the column "x" in adds as a function: call it, as in column.numeric()',
  },
  {
    what: 'a column is declared by the name of its type',
    code: `transform({ name: 'addX', adds: { x: 'numeric' }, each() {} });`,
    compiler: "Type 'string' is not assignable to type 'Column<keyof ColumnValues, boolean>'",
    run: 'declares the column "x" in adds as the text "numeric": write column.text(), column.numeric() or another of column',
  },
  {
    what: 'columns are a list of names',
    code: `transform({ name: 'addX', adds: ['x'], each() {} });`,
    compiler: 'is not assignable to type',
    run: `The transform "addX" has as adds an array: write { discount: column.numeric('What it means') }`,
  },
  {
    what: 'a column is written that is misspelt',
    code: `const addX = transform({ name: 'addX', adds: { discount: column.numeric() }, each({ row }) { row.discuont = 1; } });
await feed([...standardTransforms, addX]);`,
    compiler: "Did you mean 'discount'?",
    run: 'The transform "addX" sets the column "discuont", which no transform adds: correct its name, or declare it in adds.',
  },
  {
    what: 'a column is read that is misspelt',
    code: `transform({ name: 'addX', needs: { product_price: column.numeric() }, each({ row }) { if (row.product_prize) return; } });`,
    compiler: "Did you mean 'product_price'?",
  },
  {
    what: 'a column is given a value of another type',
    code: `transform({ name: 'addX', adds: { x: column.text() }, each({ row }) { row.x = 5; } });`,
    compiler: "Type 'number' is not assignable to type 'string'",
  },
  {
    what: 'what the client sent is changed in place of the row',
    code: `transform({ name: 'addX', each({ event }) { event.price = 5; } });`,
    compiler: 'only permits reading',
  },
  // What a transform is made of.
  {
    what: 'an option is misspelt',
    code: `transform({ name: 'addX', neds: { product_price: column.numeric() }, each() {} });`,
    compiler: "'neds' does not exist in type",
    run: 'The transform "addX" has an option "neds" that there is not (did you mean needs?): there are name, needs, adds, when, each, batch, open',
  },
  {
    what: 'a transform has no verb',
    code: `transform({ name: 'addX', adds: { x: column.text() } });`,
    compiler: "Property 'each' is missing in type",
    run: 'The transform "addX" does nothing: give it each (a record at a time), batch (records together) or open (with a state of its own)',
  },
  {
    what: 'a transform has no name',
    code: `transform({ each() {} });`,
    compiler: "Property 'name' is missing",
    run: `A transform has no name: give it a verb that reports can show, such as name: 'addDiscount'`,
  },
  {
    what: 'a transform has two verbs',
    code: `transform({ name: 'addX', each() {}, batch: () => undefined });`,
    compiler: `is not assignable to parameter of type 'TransformDefinition<"addX"`,
    run: 'The transform "addX" has each and batch: give one of each, batch and open',
  },
  {
    what: 'a transform is a function',
    code: `transform(({ row }) => {});`,
    compiler: 'is not assignable to parameter of type',
    run: "transform() takes an object such as { name: 'addDiscount', adds: { ... }, each({ row }) { ... } }, and this is a function",
  },
  {
    what: 'each is no function',
    code: `transform({ name: 'addX', each: 'upper' });`,
    compiler: "Type 'string' is not assignable to type",
    run: 'The transform "addX" has as each the text "upper": make it a function',
  },
  {
    what: 'each is async',
    code: `transform({ name: 'addX', async each() {} });`,
    compiler: 'Misfit<"nobody waits for each: load what it needs in open, or ask for it in prefetch">',
    run: 'The transform "addX" has an async each, which nobody waits for: load what it needs in open, or ask for it in prefetch',
  },
  {
    what: 'each returns a promise without being async',
    code: `await feed([transform({ name: 'addX', each: () => Promise.resolve() })]);`,
    compiler: 'Misfit<"nobody waits for each: load what it needs in open, or ask for it in prefetch">',
    run: 'The transform "addX" returned a promise from each: load what it needs in open, or ask for it in prefetch.',
  },
  {
    what: 'batch is async',
    code: `transform({ name: 'addX', async batch(records) { return records; } });`,
    compiler: "Type 'Promise<",
    run: 'The transform "addX" has an async batch, which nobody waits for: load what it needs in open, or ask for it in prefetch',
  },
  {
    what: 'batch returns how many records there are',
    code: `await feed([transform({ name: 'addX', batch: (records) => records.length })]);`,
    compiler: "Type 'number' is not assignable to type",
    run: 'The transform "addX" returned a number from batch: return the records to pass on, or nothing.',
  },
  {
    what: 'batch filters without saying what became of the others',
    code: `await feed([transform({ name: 'addX', batch: (records) => records.slice(1) })]);`,
    run: 'The transform "addX" left out a record without rejecting or dropping it.',
  },
  {
    what: 'batch returns a record twice',
    code: `await feed([transform({ name: 'addX', batch: (records) => [...records, ...records] })]);`,
    run: 'The transform "addX" passed the same record on twice; a copy must be a record of its own.',
  },
  {
    what: 'open returns nothing',
    code: `await feed([transform({ name: 'addX', open() {} })]);`,
    compiler: "Type 'void' is not assignable to type",
    run: 'The transform "addX" returned undefined from open: return { each({ row }, context) { ... } }.',
  },
  {
    what: 'open returns neither each nor batch',
    code: `await feed([transform({ name: 'addX', open: () => ({ close() {} }) })]);`,
    compiler: "Type '{ close(): void; }' is not assignable to type",
    run: 'The transform "addX" returned neither each nor batch from open: return { each({ row }, context) { ... } }.',
  },
  {
    what: 'what open returns is misspelt',
    code: `await feed([transform({ name: 'addX', open: () => ({ batch: () => undefined, prefech: async () => {} }) })]);`,
    run: 'The transform "addX" returned "prefech" from open, which nobody would call (did you mean prefetch?): there are each, batch, prefetch, prefetchTimeout_ms, delivered, close.',
  },
  {
    what: 'an event is split before it has an id',
    code: `await feed([transform({ name: 'addX', each(record, context) { context.split(record, 1); } })]);`,
    run: 'The transform "addX" splits events before they have an event_id: it must come after parse.',
  },
  // What a pipeline is made of.
  {
    what: 'a pipeline is a transform and no array',
    code: `definePipeline(transform({ name: 'addX', each() {} }));`,
    compiler: 'is missing the following properties from type',
    run: 'A pipeline is an array of transforms, and this is the transform addX: write [...standardTransforms, yours]',
  },
  {
    what: 'the built-in transforms are one element',
    code: `definePipeline([standardTransforms]);`,
    compiler: 'Misfit<"this is no transform: make it with transform({ ... })">',
    run: "The pipeline's element 1 is no transform but an array: write ... before it, to have its elements",
  },
  {
    what: 'a transform was not made by transform()',
    code: `definePipeline([...standardTransforms, { name: 'addX', each() {} }]);`,
    compiler: 'Misfit<"this is no transform: make it with transform({ ... })">',
    run: "The pipeline's element 7 is no transform but an object: make it with transform({ ... })",
  },
  {
    what: 'a function that makes a transform is not called',
    code: `const addX = () => transform({ name: 'addX', each() {} });
definePipeline([...standardTransforms, addX]);`,
    compiler: 'Misfit<"this is no transform: make it with transform({ ... })">',
    run: "The pipeline's element 7 is no transform but a function: call it, if that makes a transform",
  },
  {
    what: 'something is imported by a wrong name',
    code: `import * as clickstream from 'clickstream';
definePipeline([...standardTransforms, clickstream.addDiscuont]);`,
    compiler: "Property 'addDiscuont' does not exist on type",
    run: "The pipeline's element 7 is no transform but undefined: is it imported by the name that it is exported with?",
  },
  {
    what: 'an option of defineEtl is misspelt',
    code: `await defineEtl({ transforms: standardTransforms, transfroms: [] }).run({});`,
    compiler: "'transfroms' does not exist in type",
    run: 'defineEtl() has no option "transfroms" (did you mean transforms?): it has transforms',
  },
  {
    what: 'defineEtl is given the array itself',
    code: `defineEtl([...standardTransforms]).pipeline;`,
    compiler: "Property 'transforms' is missing in type",
    run: 'defineEtl() takes an object with transforms, and this is an array',
  },
  {
    what: 'an option of run is misspelt',
    code: `await defineEtl({ transforms: standardTransforms }).run({}, { enviroment: {} });`,
    compiler: "'enviroment' does not exist in type",
    run: 'run() has no option "enviroment"',
  },
  {
    what: 'a misspelt column in a handler is its answer, and importing it throws nothing',
    code: `const etl = defineEtl({ transforms: [...standardTransforms, transform({ name: 'addX', needs: { a: column.text() }, each() {} })] });
await etl.run({});`,
    ...both('addX needs column "a", which no transform adds: correct its name'),
  },
  {
    what: 'a run without settings',
    code: `await defineEtl({ transforms: standardTransforms }).run({}, { env: {} });`,
    run: 'RAW_BUCKET_NAME',
  },
  {
    what: 'a payload that there is not',
    code: `await defineEtl({ transforms: standardTransforms }).run({ targetHour: 1 }, { env: { RAW_BUCKET_NAME: 'raw', DW_PG_HOST: 'h', DW_PG_USER: 'u', DW_PG_DATABASE: 'd' } });`,
    run: 'targetUtcHour',
  },
];
