/**
 * The innermost code of every convolution: a tile of sums, some rows by a panel of eight columns, that stays in
 * registers while products are added to it.
 */
import {
  type Code,
  constant,
  type FunctionBuilder,
  get,
  increase,
  type Local,
  loadFour,
  loadSplat,
  multiplyAdd,
  set,
} from './assembler.ts';

export const PANEL = 8; // a tile's columns: output channels, two registers of four

export class Tile {
  /** Two fours a row. */
  readonly sums: [Local, Local][];
  readonly #panel: [Local, Local]; // a row of the panel
  readonly #value: Local;

  constructor(f: FunctionBuilder, height: number) {
    const pair = (): [Local, Local] => [f.local('v128'), f.local('v128')];
    this.sums = Array.from({ length: height }, pair);
    this.#panel = pair();
    this.#value = f.local('v128');
  }

  /**
   * Adds a matrix product: `count` numbers at each row's address, times as many rows of a panel. Moves all addresses
   * on.
   */
  addMatrixProduct(rows: Local[], panel: Local, count: number): Code[] {
    const steps = Array.from({ length: count }, (_, step) => [
      ...this.#loadPanel(panel, 4 * PANEL * step),
      ...rows.flatMap((row, i) => this.#addRow(i, loadSplat(get(row), 4 * step))),
    ]);
    return [
      ...steps.flat(),
      ...rows.map((row) => increase(row, constant(4 * count))),
      increase(panel, constant(4 * PANEL * count)),
    ];
  }

  /** Adds an outer product: the numbers that stand behind each other at `column`, one a row, times a row of a panel. */
  addOuterProduct(column: Local, panel: Local): Code[] {
    return [
      ...this.#loadPanel(panel, 0),
      ...this.sums.flatMap((_, i) => this.#addRow(i, loadSplat(get(column), 4 * i))),
    ];
  }

  #loadPanel(panel: Local, offset: number): Code[] {
    return this.#panel.map((four, half) => set(four, loadFour(get(panel), offset + 16 * half)));
  }

  #addRow(row: number, value: Code): Code[] {
    const add = (sum: Local, half: number) => set(sum, multiplyAdd(get(this.#value), get(this.#panel[half]), get(sum)));
    return [set(this.#value, value), ...this.sums[row].map(add)];
  }
}
