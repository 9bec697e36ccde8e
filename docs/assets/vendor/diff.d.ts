// What of diff.js is used here, for tsc. A browser gets nothing of it.
export {};

interface Change<Value> {
  added: boolean;
  removed: boolean;
  count: number;
  value: Value;
}

declare global {
  var Diff: {
    diffArrays<Item>(
      first: Item[],
      second: Item[],
      options: { comparator: (one: Item, two: Item) => boolean },
    ): Change<Item[]>[];
    diffWordsWithSpace(first: string, second: string): Change<string>[];
  };
}
